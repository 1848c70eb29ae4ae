"""Speech from other machines that serve OpenAI's ``/v1/audio/speech``: another Encore, vLLM-Omni and their like."""

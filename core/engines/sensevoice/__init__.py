"""SenseVoice-small, which hears words, language, emotion and audio events, through ``funasr-onnx``."""

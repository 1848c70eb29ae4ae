"""The page and the HTTP routes: people and programs outside, one studio inside."""

import os

# Read by Gradio when it is imported: it is to tell nobody that it runs, and not to sum up all
# requests so far with every new one.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"

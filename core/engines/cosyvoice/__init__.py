"""CosyVoice3 (and 2), which clones a voice from a clip and follows directions, through its authors' own code."""

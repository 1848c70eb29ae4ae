"""IndexTTS-2 and 2.5, which clone a voice and take on an emotion, through their authors' own code."""

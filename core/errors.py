"""Typed failures, each with a plain sentence for the person at the page or the shell.

An error is raised with a *code* and the details that its sentence needs; the English sentences are the table
below, and the page translates by code. Nothing here knows HTTP, Gradio or engines.
"""

from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, str] = {
    "audio.empty": "The audio file is empty. Choose another file.",
    "audio.unreadable": "This file could not be read as audio. Use wav, mp3, flac, ogg, opus or m4a.",
    "audio.too_large": "The file is {megabytes:.0f} MB; at most {limit:.0f} MB can be taken. Cut it or compress it.",
    "audio.too_long": "The audio lasts more than {limit:.0f} s, which is the most that can be taken here. Cut it first.",
    "audio.too_much": "At {rate} Hz with {channels} channels, at most {limit} s can be taken. Cut the audio, or export it as mono at a lower rate.",
    "audio.not_finite": "The audio contains values that are not numbers. Export it again.",
    "reference.missing": "Choose a voice, or give a reference clip to clone.",
    "reference.unknown": "“{ref}” is neither a file nor a voice. Give a path, or a name that “encore voices list” shows.",
    "reference.too_short": "The reference lasts {seconds:.1f} s; cloning needs at least {minimum:.0f} s of speech. Record a longer one.",
    "reference.too_long": "The reference lasts {seconds:.0f} s; at most {maximum:.0f} s can be used. Cut it to the cleanest part.",
    "reference.silent": "The reference is silent. Check the microphone or choose another clip.",
    "reference.little_speech": "Only {seconds:.1f} s of the reference is speech; {minimum:.0f} s or more is needed. Record more.",
    "reference.clipped": "{percent:.1f} % of the samples are clipped; the voice may sound harsh. Record at a lower level.",
    "reference.noisy": "The background is only {decibels:.0f} dB below the voice; the result may be noisy. Record in a quieter place.",
    "reference.quiet": "The reference is very quiet ({decibels:.0f} dBFS). It was raised, and its noise with it.",
    "reference.short": "{seconds:.1f} s is enough to try; 5 s or more gives a closer voice.",
    "reference.narrowband": "The reference carries nothing above {hertz:.0f} Hz (a telephone line?); the voice will sound duller.",
    "reference.good": "The reference is clean: {seconds:.1f} s, {decibels:.0f} dB above the background.",
    "text.empty": "There is nothing to say. Type some text.",
    "text.unspeakable": "There is nothing in the text that can be spoken: it holds only punctuation, symbols or emoji. Type some words.",
    "text.too_long": "The text has {characters:,} characters; at most {limit:,} can be taken at once. Split it.",
    "request.speed": "The speed {speed} is outside {minimum}–{maximum}.",
    "request.seed": "The seed must be a whole number from 0 to {maximum}.",
    "request.language": "The engine {engine} does not know the language “{language}”. It knows: {known}.",
    "request.engine": "There is no engine called “{engine}”. There are: {known}.",
    "request.voice": "There is no voice called “{voice}”. Choose one from the list.",
    "request.instruction": "The engine {engine} takes no directions in words. Choose another engine, or leave them out.",
    "request.emotion": "The engine {engine} takes no emotion vector. Choose another engine, or leave it out.",
    "request.emotion_clip": "The engine {engine} takes no emotion clip. Choose another engine, or leave it out.",
    "instruction.too_long": "The direction has {characters:,} characters; at most {limit:,} can be taken. Shorten it.",
    "instruction.vector": "An emotion vector is {count} values from 0 to 1, in this order: {order}.",
    "instruction.strength": "The strength of an emotion is a value from 0 to 1.",
    "instruction.preset": "There is no preset called “{preset}”. There are: {known}.",
    "direction.dialect": "“{part}” cannot be followed: what is heard is a preview of prosody, which knows no dialects or accents.",
    "direction.role": "“{part}” cannot be followed: what is heard is a preview of prosody, which plays no roles.",
    "direction.whisper": "“{part}” is rendered as a soft voice: the engine cannot speak without voice.",
    "direction.rate": "The direction and the speed together ask for {asked:.1f} times the usual pace; the engine keeps to {done:.1f}.",
    "direction.unknown": "“{part}” was not understood, and changes nothing: only pace, pitch, loudness and pauses can be directed.",
    "markup.pinyin": "At character {place} “{mark}” says how a Chinese syllable is read, which the engine {engine} cannot follow.",
    "markup.arpabet": "At character {place} “{mark}” says how an English word is read, which the engine {engine} cannot follow.",
    "markup.kana": "At character {place} “{mark}” says how a Japanese word is read, which the engine {engine} cannot follow.",
    "markup.tag": "At character {place} there is {mark}, which the engine {engine} cannot do. It can do: {known}.",
    "markup.unknown": "At character {place} “{mark}” is no mark that is known. Nearest: {suggestions}.",
    "markup.syllable": "At character {place} “{mark}” gives a syllable that does not exist. Nearest: {suggestions}.",
    "markup.phone": "At character {place} “{mark}” gives the phoneme “{typed}”, which does not exist. Nearest: {suggestions}.",
    "markup.vowel": "At character {place} “{mark}” has no vowel, so it is no word. Write all phonemes of the word, as in [M][AY0][N][UW1][T].",
    "markup.stress": "At character {place} “{mark}” says the stress of no vowel. Write 0, 1 or 2 behind each, as in {suggestions}.",
    "markup.initial": "At character {place} “{mark}” begins a syllable that does not go on. Put its final behind it, as in [h][ào].",
    "markup.count": "At character {place} “{mark}” does not give one syllable for each character.",
    "markup.unclosed": "At character {place} “{mark}” is opened and never closed. Write {suggestions} where it ends.",
    "markup.unopened": "At character {place} “{mark}” closes what was never opened. Take it away, or open it before.",
    "markup.crossed": "At character {place} “{mark}” closes while {opening}, opened at {opened}, is still open. Write {suggestions} before it.",
    "markup.control": "At character {place} “{mark}” is a token that steers the engine. Take it away.",
    "markup.misread": "At character {place} “{mark}” is plain text that would be taken for a mark in the notation {notation}. Write it in another way.",
    "markup.no_token": "At character {place} the syllable “{mark}” cannot be written in the notation {notation}: it has no {token}.",
    "markup.no_word": "At character {place} “{mark}” cannot be written in the notation {notation}: no word that it could be put on is read so.",
    "markup.no_arpabet": "At character {place} “{mark}” cannot be written in the notation {notation}: it has no phonemes.",
    "markup.no_kana": "At character {place} “{mark}” cannot be written in the notation {notation}: it has no Japanese readings.",
    "markup.no_tag": "At character {place} {mark} cannot be written in the notation {notation}.",
    "tag.pause": "{tag} is rendered as a pause of {seconds} s: the engine cannot make that sound.",
    "reading.pinyin": "“{reading}” is no Mandarin syllable with its tone. Write one such as: {known}.",
    "reading.arpabet": "“{reading}” is no English pronunciation. Write ARPAbet with stress digits, such as: {known}.",
    "reading.none": "“{text}” has no reading that can be set.",
    "reading.base": "{mark} has taken the place of what it says, so taking it away would leave nothing. Undo, or type the words.",
    "reading.notation": "{mark} would not be read as a mark here: the text is read in the notation “{notation}”.",
    "lexicon.word": "“{word}” cannot be in the lexicon. A word is Chinese characters only, or one Latin word; at most {limit} characters.",
    "lexicon.pinyin": "“{reading}” is no Mandarin syllable. Write “{word}” in pinyin with tones, such as “chang2 cheng2” or “cháng chéng”.",
    "lexicon.count": "“{word}” has {characters} characters and its reading {syllables} syllables. Write one for each character, with spaces between.",
    "lexicon.arpabet": "“{reading}” cannot be the reading of “{word}”. Write ARPAbet with stress digits, such as “M IH1 N AH0 T”.",
    "lexicon.columns": "It should have two columns, word and reading, and has {count}.",
    "lexicon.twice": "“{word}” is read in another way in line {line}.",
    "lexicon.row": "Line {line} of the lexicon cannot be used, so nothing was taken from it: {reason}",
    "lexicon.encoding": "The lexicon must be a CSV file in UTF-8. Save it so, and try again.",
    "lexicon.unknown": "“{word}” is not in the lexicon.",
    "recipe.invalid": "This is not a request that can be run again.",
    "voice.name": "A voice needs a name of 1 to 60 characters.",
    "voice.exists": "There already is a voice called “{name}”. Choose another name.",
    "voice.clip": "The voice has no such recording.",
    "voice.clips": "A voice has 1 to {most} recordings. Take one away first, or delete the voice.",
    "voice.language": "“{language}” is no language code. Use two or three small letters, such as en or zh.",
    "voice.tags": "A voice has at most {most} tags of at most {longest} characters each.",
    "voice.long_notes": "The notes have {characters} characters; {limit} can be kept. Shorten them.",
    "voice.long_consent": "What was agreed to has {characters} characters; {limit} can be kept. Shorten it.",
    "voice.long_prompt_text": "What the recording says has {characters} characters; {limit} can be kept. Shorten it.",
    "voice.one_clip": "{engine} cannot speak in the mean of several recordings: the voice is that of the first.",
    "voice.file": "This is no voice that Encore saved: {reason}.",
    "voice.file_large": "A voice’s file may have {limit:.0f} MB; this one is larger.",
    "voice.owner": "“{name}” is somebody else’s voice. Only its owner can change or delete it.",
    "model.missing": "The model {model} is not here yet. Run “encore models fetch”.",
    "model.unknown": "There is no model called “{model}”. There are: {known}.",
    "model.fetch": "{model} could not be fetched: {reason}. Check the network and start again; what has arrived is kept.",
    "model.checksum": "{model} arrived damaged and was thrown away. Start again to fetch it anew.",
    "engine.failed": "The engine {engine} could not do this: {reason}.",
    "engine.embedded": "Built in; it works on the CPU.",
    "engine.memory": "The engine {engine} ran out of memory. Shorten the text or close other programs, and try again.",
    "model.hub": "{model} could not be fetched: {reason}. Check the name and the network and start again.",
    "sensevoice.ready": "SenseVoice is in {folder}.",
    "sensevoice.not_installed": "SenseVoice needs the package funasr-onnx. Run ./launch.sh, which installs it.",
    "sensevoice.not_configured": "SenseVoice has no model. Set ENCORE_SENSEVOICE_MODEL to its folder or to its id on a hub, or put it into {folder}.",
    "sensevoice.fetch": "SenseVoice’s model {model} is not here yet. Run “encore models fetch sensevoice”.",
    "sensevoice.incomplete": "The SenseVoice model in {folder} lacks {missing}. Copy the missing files there, or set ENCORE_SENSEVOICE_MODEL to a folder that has them.",
    "sensevoice.broken": "The SenseVoice model in {folder} cannot be used: {reason}. Copy or fetch it again.",
    "cosyvoice.ready": "CosyVoice{version} is in {folder}.",
    "cosyvoice.not_configured": "CosyVoice is not set up. Run “./launch.sh engine cosyvoice”, which brings all that it needs into an environment of its own, and start Encore with --remote; or set ENCORE_COSYVOICE_MODEL to its model’s folder or to its id on a hub, such as FunAudioLLM/Fun-CosyVoice3-0.5B-2512 (or put it into {folder}), and ENCORE_COSYVOICE_CODE to a checkout of its code.",
    "cosyvoice.fetch": "CosyVoice’s model {model} is not here yet. Run “encore models fetch cosyvoice”.",
    "cosyvoice.incomplete": "The CosyVoice model in {folder} lacks {missing}. Copy the missing files there, or set ENCORE_COSYVOICE_MODEL to a folder that has them.",
    "cosyvoice.code_ready": "CosyVoice’s code is in {folder}.",
    "cosyvoice.code": "CosyVoice’s code is not here. Run “git clone --recursive https://github.com/FunAudioLLM/CosyVoice”, and set ENCORE_COSYVOICE_CODE to that folder.",
    "cosyvoice.matcha": "CosyVoice’s code in {folder} lacks third_party/Matcha-TTS. Run “git submodule update --init --recursive” there.",
    "cosyvoice.packages": "CosyVoice needs packages that are not here, and that exclude the page’s. Run “./launch.sh engine cosyvoice”, and start Encore with --remote; or, in an environment without Gradio, “{python} -m pip install {packages}”.",
    "cosyvoice.transformers": "With transformers {version} CosyVoice speaks wrongly and does not notice. Run “{python} -m pip install transformers==4.51.3”.",
    "cosyvoice.broken": "CosyVoice cannot use the model in {folder}: {reason}. Copy or fetch it again, and update the code if the model is newer.",
    "cosyvoice.gpu": "{options} was set for CosyVoice, but PyTorch finds no such NVIDIA GPU here. Check the driver and that PyTorch is a CUDA build, or take the setting back.",
    "remote.ready": "Speech is asked for at {servers}.",
    "remote.not_configured": "No server is set. Start “encore serve --remote http://HOST:PORT”, or set ENCORE_REMOTE_URLS.",
    "remote.urls": "The servers are written http://host:port, several with commas between them. Correct --remote or ENCORE_REMOTE_URLS.",
    "remote.unreachable": "No server can be reached at {servers}. Check that it runs, and the network. It is tried again by itself.",
    "remote.busy": "Too many requests wait for {servers}. Try again in a moment.",
    "remote.timeout": "{server} was silent for {seconds:g} s. Try a shorter text, or raise ENCORE_REMOTE_TIMEOUT_S.",
    "remote.broken_off": "{server} broke off in the middle of its answer. Try again.",
    "remote.answer": "{server} gave an answer that cannot be used ({reason}). Check that it serves OpenAI’s /v1/audio/speech, and the model.",
    "remote.refused": "{server} does not take this: {reason}",
    "remote.failed": "{server} could not do this: {reason}",
    "remote.key": "{server} wants a key or a login. Set ENCORE_REMOTE_KEY, or write the login into its address.",
    "remote.changed": "The model at {server} has just been changed. Try again.",
    "api.field": "The field “{field}” cannot be used: {reason}.",
    "api.body": "The request must be JSON: {reason}.",
    "api.too_large": "The request is larger than {limit:.0f} MB. Send a shorter or compressed clip.",
    "api.ref_audio": "“ref_audio” must be a clip as “data:audio/…;base64,…”. Addresses are not fetched.",
    "api.voice_or_clip": "Give either a voice or a clip to clone, not both.",
    "api.form": "The form could not be read: {reason}.",
    "api.prompt": "No prompt can be followed: a transcript comes from the sound alone. Leave “prompt” out.",
    "api.temperature": "The temperature is always 0: the same sound gives the same words. Leave “temperature” out.",
    "api.words": "Segments are timed, not words. Ask for “segment”, or leave “timestamp_granularities” out.",
    "api.granularity": "Times are told in verbose_json, not in {format}. Ask for that, or leave “timestamp_granularities” out.",
    "api.whole": "A transcript comes whole and cannot be streamed. Leave “stream” out.",
    "api.clip_gone": "This clip is no longer here. Ask for it to be made again.",
    "api.event_file": "The page takes no files by its events. Send them to /audio.",
    "api.lengths": "The request tells its length in two ways, Content-Length and Transfer-Encoding. Send one of them.",
    "api.upload_type": "Send the file’s bytes as {type}.",
    "api.path": "There is nothing at {path}. The routes are listed at /docs.",
    "api.method": "{path} takes {methods}, not {method}.",
    "api.failed": "Something broke inside Encore. Its log says more.",
    "indextts.ready": "IndexTTS-{version} is in {folder}.",
    "indextts.not_configured": "IndexTTS is not set up. Run “./launch.sh engine indextts”, which brings all that it needs into an environment of its own, and start Encore with --remote; or set ENCORE_INDEXTTS_MODEL to its model’s folder or to its id on a hub, such as IndexTeam/IndexTTS-2.5 (or put it into {folder}), and ENCORE_INDEXTTS_CODE to a checkout of its code.",
    "indextts.fetch": "IndexTTS’ model {model} is not here yet. Run “encore models fetch indextts”.",
    "indextts.incomplete": "The IndexTTS model in {folder} lacks {missing}. Copy the missing files there; what belongs into hf_cache comes with “encore models fetch indextts”.",
    "indextts.code_ready": "IndexTTS’ code is in {folder}.",
    "indextts.code": "The code of IndexTTS-{version} is not here. Run “git clone https://github.com/index-tts/index-tts”, and set ENCORE_INDEXTTS_CODE to that folder.",
    "indextts.other_code": "The code of IndexTTS in {folder} is in use already. Start Encore again to use the other one.",
    "indextts.packages": "IndexTTS needs packages that are not here, and that exclude the page’s. Run “./launch.sh engine indextts”, and start Encore with --remote; or, in an environment without Gradio, “{python} -m pip install {packages}”.",
    "indextts.transformers": "IndexTTS’ code cannot be used with transformers {version}. Run “{python} -m pip install transformers==4.52.1”.",
    "indextts.broken": "IndexTTS cannot use the model in {folder}: {reason}. Copy it again, check ENCORE_INDEXTTS_VERSION, and update the code if the model is newer.",
    "indextts.gpu": "{options} was set for IndexTTS, but PyTorch finds no such NVIDIA GPU here. Check the driver and that PyTorch is a CUDA build, or take the setting back.",
    "indextts.one_emotion": "IndexTTS takes on the emotion of a clip, or emotions by name or in words, not both. Take one of them away.",
    "file.unreadable": "{path} could not be read: {reason}.",
    "file.format": "“{suffix}” is not a format that can be written. Use one of: {known}.",
    "file.unwritable": "{path} could not be written: {reason}.",
    "cache.key": "“{key}” is not the name of a cache entry. “encore cache list” shows the names.",
    "cache.purge": "Say what to purge: the name of one entry, --namespace, or --all.",
    "warm.source": "Say what to warm up: a file, or --popular and a number.",
    "warm.invalid": "This list cannot be used for warming up: {reason}.",
    "redis.down": "Redis cannot be used just now ({reason}), so nothing was removed there. Try again when it is back.",
    "redis.url": "REDIS_URL is no address that can be used: {reason}. Write redis://host:port/0, or leave it out.",
    "server.start": "The private Redis server could not be started: {reason}. Working without a shared cache.",
    "serve.no_page": "The page needs Gradio, which is not in this environment. Serve the HTTP API alone with --api-only, or serve the page from the environment that ./launch.sh makes.",
    "serve.address": "{address} cannot be listened on: {reason}. Stop what uses it, or choose another with --port.",
    "serve.auth": "A login is written USER:PASS, with something on both sides of the colon.",
    "serve.open": "Others could reach this without a login, and clone voices with it. Give --auth USER:PASS, add users with “encore users add” or keys with “encore keys new”, or, if that is what you want, --i-know-it-is-open.",
    "access.name": "“{name}” cannot be a name here: 1 to 60 characters, without colons and line breaks, and not beginning with “#”.",
    "access.exists": "There already is a {kind} called “{name}”. Choose another name, or take that one away first.",
    "access.unknown": "There is no {kind} called “{name}”.",
    "access.password": "A password needs at least {minimum} characters.",
    "access.file": "Line {line} of {path} cannot be used: each is NAME:HASH, as “encore {kind}” writes them.",
    "access.agreement": "No key was made: cloning a voice needs the agreement of whoever it belongs to. Confirm it, or give --speakers-agree.",
    "access.needed": "A login or a key is needed here: “Authorization: Bearer KEY”, or a user’s name and password.",
    "access.origin": "Another site asked in this browser’s name, which is refused. To allow it, set ENCORE_CORS_ORIGINS; a proxy in front of Encore must pass on the Host header.",
    "access.host": "Encore is not served under the name “{host}”. To allow it, set ENCORE_HOSTS.",
    "limit.rate": "That is more than {limit} here. Try again in {retry_s} s.",
    "limit.logins": "Too many failed logins came from here. Try again in {retry_s} s.",
    "busy.work": "Encore has as much to do as it can take on. Try again in {retry_s} s.",
    "busy.uploads": "Encore is receiving as much as it can hold. Try again in {retry_s} s.",
    "consent.api": "Confirm once that whoever is heard in your clips agreed to it: on the page, where you log in, or by asking for a key.",
    "consent.needed": "Confirm first that whoever is heard in the clip agreed to having the voice cloned.",
    "settings.invalid": "The setting {name} cannot be used: {reason}.",
    "desk.untypable": "At character {place} there is U+{point:04X}, which is no character that can be typed or spoken. Take it away.",
    "desk.id": "A line or a take is named by letters, digits, “-” and “_”; at most 32 of them.",
    "desk.speaker": "What a speaker is called is one line of at most {limit} characters, with nothing but single spaces between. Correct it.",
    "desk.engine": "What an engine is called is one line of at most {limit} characters. Choose one from the list.",
    "desk.language": "A language is one line of at most {limit} characters. Choose one from the list.",
    "desk.slot": "A line has to end after it begins, and between 0 and {hours} hours. Correct its times.",
    "desk.gap": "The gap between two lines is 0 to {limit:g} s.",
    "desk.title": "A title is one line of at most {limit} characters. Shorten it.",
    "desk.note": "A note has at most {limit} characters. Shorten it.",
    "desk.take": "A take needs the time when it was made, and how long it lasts.",
    "desk.too_many_lines": "That would be {count:,} lines; a script can have {limit:,}. Start another project with the rest.",
    "desk.too_many_takes": "A project can keep {limit:,} takes, and has as many. Delete those that are not needed.",
    "desk.too_long": "The lines and takes together would have more than {limit:,} characters, which is the most that a project can have. Start another one.",
    "desk.line_twice": "The script has this line already. Give the new one a name of its own.",
    "desk.take_twice": "This take is kept already.",
    "desk.line_gone": "This line is not in the script any more.",
    "desk.take_gone": "This take is not here any more.",
    "desk.unknown": "There is no such project here. It may have been deleted, or belong to somebody else.",
    "desk.damaged": "The project’s file was damaged, and could not be opened. It is kept as {name}.",
    "desk.restored": "The project’s file was damaged, and is kept as {name}. What you see was saved before that.",
    "desk.newer": "This project was saved by a newer Encore (format {version}). Update Encore to open it.",
    "desk.no_project": "This is not a project that Encore has saved.",
    "desk.file": "This is no project that Encore saved: {reason}.",
    "desk.file_large": "A project’s file may have {limit:.0f} MB and {voices} voices; this is more. Take voices or takes out of the project.",
    "desk.voice_damaged": "A voice in the file cannot be used, and was left out: {reason}",
    "desk.voices_left": "Nobody is logged in here, so the voices of {roles} stay in the file. Cast others for them.",
    "desk.voices_missing": "The file did not bring the voices of {roles}. Cast others for them.",
    "desk.find": "Say what to look for.",
    "desk.no_seed": "The engine {engine} says a line the same way each time, so there are no other takes of it.",
    "desk.take_elsewhere": "The take was made with the engine {engine} in the language “{language}”, which this script does not use: it may sound otherwise here.",
    "desk.file_gone": "This file is no longer here. Deliver again, which takes less long than the first time.",
    "desk.slot_faster": "Spoken at {speed} times the natural pace, so that it fits its slot.",
    "desk.slot_overrun": "The line is {seconds} s longer than its slot, and cannot be spoken any faster. Shorten it, or give it more time.",
    "desk.direction": "A line of the script holds a direction of one kind: ready-made ones, words, or a mix, and no clip. Choose one.",
    "desk.clip": "This take was cloned from a clip that is not saved. Save the voice, then send the take into the script.",
    "desk.no_voice": "The engine {engine} has no voice of its own. Choose a saved voice for each speaker.",
    "delivery.rate": "Files cannot be written at {rate} Hz. Choose one of: {known}.",
    "delivery.channels": "A file has one channel or two.",
    "delivery.loudness": "A loudness to reach is between {minimum:g} and {maximum:g} LUFS.",
    "delivery.peak": "The highest peak is between {minimum:g} and {maximum:g} dBTP.",
    "delivery.subtitles": "Subtitles can be written as {known}, or not at all.",
    "delivery.pattern": "This is no pattern for the names of files. Write words and any of {known}; numbers may have a width, as in {{number:03}}.",
    "delivery.nothing": "There is no line to deliver. Write one, or choose others.",
    "delivery.failed": "{count} of {total} lines could not be spoken, so nothing was delivered. Correct them, and deliver again.",
    "delivery.late": "The line begins {seconds} s after its slot does: the one before it lasts so long.",
    "delivery.too_long": "The joined file would last {hours:.1f} hours; {limit:g} are the most. Deliver the script in parts.",
    "delivery.off_target": "The file has {loudness} LUFS rather than {target:g}: its peaks would have to be cut off too far for that.",
    "delivery.over_peak": "The file’s peak is {peak} dBTP, above the limit of {limit:g}: that is what this format makes of it.",
    "render.cast": "“{cast}” casts nobody. Write ROLE=VOICE, as in ANNA=af_heart.",
    "take.long": "This text is too long for one line. Copy it, and paste it into the script in shorter ones.",
    "take.link": "This is not a link to a take. Copy it again, whole.",
    "check.reading": "“{character}” was read {read_as}, not {reading}. Mark its reading under Pronunciation.",
    "check.doubtful": "“{character}” was read {reading} and heard as “{heard}”. Mark the reading that is meant under Pronunciation.",
    "check.words": "{percent:.0f} % of the words were not heard as they are written. Listen to the marked places, or take another seed.",
    "check.few_words": "Heard otherwise than written in {count} places, which may be the recogniser’s doing.",
    "check.unlike": "The voice is not much like its reference (similarity {similarity:.2f}). Take another seed, or a cleaner reference.",
    "check.clipped": "{count} samples are clipped. Turn it down.",
    "check.lead": "There are {seconds:.1f} s of silence before the words.",
    "check.trail": "There are {seconds:.1f} s of silence after the words.",
    "import.too_large": "The file has {megabytes:.0f} MB; a script can have {limit:.0f} MB. Split it.",
    "import.encoding": "This is no text. Save the script as txt, csv, srt or vtt, in UTF-8.",
    "import.nothing": "There is nothing in this file that could be spoken.",
    "import.guessed": "The file is not in UTF-8. It was read as {encoding}; check that its letters are right.",
    "import.control": "Line {line}: {count} characters that cannot be typed or spoken were left out.",
    "import.speakers": "What stands before colons was taken as speakers: {names}.",
    "import.column": "The column “{column}” is not known and was left out. Known are: {known}.",
    "import.value": "Line {line}: “{value}” cannot be used as {column}, and was left out.",
    "import.joined": "Line {line} has more cells than there are columns. All that is behind the beginning of the text was taken as text.",
    "import.extra": "Line {line} has more cells than there are columns. “{value}” was left out.",
    "import.quotes": "Line {line}: the quotation marks do not pair. It was read as it stands; check it.",
    "import.slot": "Line {line}: “{value}” are no times that a line can have. It was taken without them.",
    "import.no_time": "Line {line}: “{value}” belongs to no time, and was left out.",
    "import.no_words": "Line {line}: nothing is said at this time, so it was left out.",
    "import.shared": "Line {line}: {count} speak in this time. Each was given a part of it, by the length of the text.",
    "import.cut": "A script can have {limit:,} lines. All from line {line} of the file on was left out.",
    "import.more": "There are {count:,} more remarks of this kind.",
    "cancelled": "Cancelled.",
}


class EncoreError(Exception):
    """A failure that its user can read.

    ``code`` is a key of :data:`SENTENCES`; ``details`` fill the sentence's placeholders.
    """

    def __init__(self, code: str, **details: Any) -> None:
        self.code = code
        self.details = details
        super().__init__(SENTENCES[code].format(**details))


class InvalidInput(EncoreError):
    """What was asked for cannot be done as asked; asking differently helps."""


class InvalidAudio(InvalidInput):
    """An audio file or clip that cannot be used."""


class InvalidText(InvalidInput):
    """A text that cannot be spoken."""


class Unsupported(InvalidInput):
    """A control or language that the chosen engine does not have."""


class ModelMissing(EncoreError):
    """A model's files are not on this machine."""


class EngineUnavailable(EncoreError):
    """An engine's packages, or the server that it talks to, are not there."""


class FetchFailed(EncoreError):
    """A model's files could not be brought to this machine."""


class EngineFailed(EncoreError):
    """An engine broke while working on valid input."""


class StorageFailed(EncoreError):
    """A file or the private server could not be used."""


class Refused(EncoreError):
    """Who asks may not do this."""


class Busy(EncoreError):
    """Not now: whoever asks has asked for too much (``limit.…``), or the house is full (``busy.…``)."""

    def __init__(self, code: str, *, retry_s: int, **details: Any) -> None:
        """It is worth asking again in ``retry_s`` seconds."""
        self.retry_s = retry_s
        super().__init__(code, retry_s=retry_s, **details)


class Cancelled(EncoreError):
    """The user asked for the work to stop."""

    def __init__(self) -> None:
        super().__init__("cancelled")

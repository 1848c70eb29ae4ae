/* What the page does in the browser: plays sound, takes clips in, minds theme, language and keys. */
"use strict";

/** The run that is being made: its segments, chained without a gap as they arrive. */
const live = {
  context: null,
  run: null,
  pieces: [],      // {start, duration}: when each segment sounds, on the context's clock
  sources: [],
  count: 0,
  chain: Promise.resolve(),

  /** Browsers let a page sound only from a gesture on, so the context is opened at the first one. */
  open() {
    this.context ??= new AudioContext();
    if (this.context.state === "suspended") this.context.resume();
  },

  stop() {
    for (const source of this.sources) { source.onended = null; source.stop(); }
    this.run = null; this.pieces = []; this.sources = []; this.count = 0;
    show();
  },

  /** Take over the strip's list of clips: [[id, seconds], …], of which some are known already. */
  follow(run, clips, fresh) {
    if (fresh) { this.stop(); deck.pause(); this.run = run; }
    if (!this.context || this.run === null) return;
    this.run = run;
    for (const [clip, duration] of clips.slice(this.count)) this.append(clip, duration);
    this.count = Math.max(this.count, clips.length);
  },

  append(clip, duration) {
    const run = this.sources;
    const loading = fetch(`audio/${clip}`).then(answer => answer.arrayBuffer()).then(data => this.context.decodeAudioData(data));
    this.chain = this.chain.then(() => loading).then(buffer => {
      if (run !== this.sources) return;
      const last = this.pieces.at(-1);
      const start = Math.max(last ? last.start + last.duration : 0, this.context.currentTime + 0.03);
      const source = new AudioBufferSourceNode(this.context, {buffer});
      source.connect(this.context.destination);
      source.start(start);
      source.onended = () => { if (source === this.sources.at(-1) && strip()?.dataset.done === "true") this.stop(); };
      this.pieces.push({start, duration});
      this.sources.push(source);
      show();
    }).catch(() => {});
  },

  get playing() { return this.pieces.length > 0; },

  /** Seconds into the take. */
  get position() {
    const now = this.context.currentTime;
    let before = 0;
    for (const {start, duration} of this.pieces) {
      if (now < start + duration) return before + Math.max(0, now - start);
      before += duration;
    }
    return before;
  },
};

/** Finished takes and uploaded clips: one sounds at a time; a few stay loaded, so that comparing is quick. */
const deck = {
  players: new Map(),
  clip: null,
  take: null,

  player(clip) {
    let player = this.players.get(clip);
    if (!player) {
      player = new Audio(`audio/${clip}`);
      player.preload = "auto";
      player.addEventListener("ended", () => { if (this.clip === clip) this.clip = null; show(); });
      if (this.players.size >= 6) {
        const oldest = [...this.players.keys()].find(key => key !== this.clip && !compare.clips.includes(key));
        this.players.delete(oldest);
      }
      this.players.set(clip, player);
    }
    return player;
  },

  get current() { return this.clip && this.players.get(this.clip); },
  get playing() { return Boolean(this.current && !this.current.paused); },
  get share() { const p = this.current; return p && p.duration ? p.currentTime / p.duration : 0; },

  pause() { this.current?.pause(); show(); },

  play(clip, {take = null, share = null, seconds = null} = {}) {
    live.stop();
    if (this.clip !== clip) this.current?.pause();
    const player = this.player(clip);
    if (this.clip !== clip && share === null && seconds === null) player.currentTime = 0;
    this.clip = clip; this.take = take;
    const start = () => {
      if (share !== null) player.currentTime = share * player.duration;
      if (seconds !== null) player.currentTime = seconds;
      player.play().catch(() => {});
      show();
    };
    if (player.readyState >= 1) start(); else player.addEventListener("loadedmetadata", start, {once: true});
  },

  toggle(clip, take = null) {
    if (this.clip === clip && this.playing) this.pause(); else this.play(clip, {take, share: this.clip === clip ? this.share : null});
  },
};

/** Two takes side by side: switching keeps the relative position. */
const compare = {
  takes: [],
  get clips() { return this.takes.map(id => card(id)?.dataset.clip); },
  pick(id) {
    this.takes = this.takes.includes(id) ? this.takes.filter(other => other !== id) : [...this.takes, id].slice(-2);
    for (const clip of this.clips) if (clip) deck.player(clip);
    show();
  },
  play(side) {
    const take = this.takes[side];
    if (!take || !card(take)) return;
    const share = this.takes.includes(deck.take) ? deck.share : 0;
    deck.play(card(take).dataset.clip, {take, share});
  },
  flip() { if (this.takes.length === 2) this.play(deck.take === this.takes[0] ? 1 : 0); },
};

const card = id => document.querySelector(`.e-take[data-take="${id}"]`);
const strip = () => document.querySelector(".e-live");
const first = selector => document.querySelector(selector);

/** Called with every frame that draws what is playing. */
const drawings = new Set();

/** Draw what is playing; again with every frame while something is. */
function show() {
  const sounding = live.playing ? live.run : deck.playing ? deck.take : null;
  for (const take of document.querySelectorAll(".e-take")) {
    const id = take.dataset.take;
    let share = 0;
    if (live.playing && live.run === id) share = live.position / Number(take.dataset.duration);
    else if (deck.take === id && deck.clip) share = deck.share;
    take.style.setProperty("--played", `${Math.min(1, share) * 100}%`);
    take.toggleAttribute("data-playing", sounding === id);
    const side = compare.takes.indexOf(id);
    for (const marked of [take, take.querySelector(".e-number")].filter(Boolean)) // a transcript's card has no number
      if (side < 0) marked.removeAttribute("data-side"); else marked.dataset.side = "AB"[side];
  }
  for (const clip of document.querySelectorAll(".e-clip"))
    clip.toggleAttribute("data-playing", deck.playing && deck.clip === clip.dataset.clip);
  const stop = first('.e-live [data-act="stop"]');
  if (stop) stop.hidden = !live.playing;
  showCompare();
  for (const draw of drawings) draw();
  if (live.playing || deck.playing) requestAnimationFrame(show);
}
const showOnce = (() => {
  let frame = 0;
  return () => { cancelAnimationFrame(frame); frame = requestAnimationFrame(show); };
})();

function showCompare() {
  compare.takes = compare.takes.filter(card);
  const bar = first(".e-compare");
  if (!bar) return;
  bar.hidden = compare.takes.length === 0;
  bar.querySelector("[data-hint]").hidden = compare.takes.length === 2;
  bar.querySelector("[data-pair]").hidden = compare.takes.length !== 2;
  bar.querySelectorAll('[data-act="ab"]').forEach((button, side) => {
    const take = compare.takes[side];
    button.querySelector("b").textContent = take ? card(take).querySelector(".e-number").textContent : "";
    button.toggleAttribute("data-on", Boolean(take) && deck.take === take && deck.playing);
  });
}

/** Where a click on a waveform lies, in [0, 1]. */
function shareAt(wave, event) {
  const box = wave.getBoundingClientRect();
  return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
}

/** Send one file's bytes; gives back its id. */
async function send(file) {
  const answer = await fetch(`audio?name=${encodeURIComponent(file.name)}`, {
    method: "POST", body: file, headers: {"Content-Type": "application/octet-stream"},
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).id;
}

const MAX_UPLOAD = 200 * 2 ** 20;

const encore = {
  live(element, watch) {
    let run = null;
    element.addEventListener("click", event => { if (event.target.closest('[data-act="stop"]')) live.stop(); });
    watch("value", () => {
      const shown = strip();
      if (!shown) { live.stop(); run = null; return; }
      const done = shown.dataset.done === "true";
      // The finished strip carries the take's id in place of the run's.
      live.follow(shown.dataset.run, JSON.parse(shown.dataset.clips), !done && run !== shown.dataset.run);
      run = shown.dataset.run;
      show();
    });
  },

  takes(element, act, watch) {
    watch("value", showOnce);
    element.addEventListener("click", event => {
      const control = event.target.closest("[data-act]");
      if (!control) return;
      const take = control.closest(".e-take");
      const clip = take?.dataset.clip;
      switch (control.dataset.act) {
        case "play":
          if (live.playing && live.run === take.dataset.take) live.stop();
          else deck.toggle(clip, take.dataset.take);
          break;
        case "seek": deck.play(clip, {take: take.dataset.take, share: shareAt(control, event)}); break;
        case "compare": compare.pick(take.dataset.take); break;
        case "ab": compare.play(Number(control.dataset.side)); break;
        case "ab-off": compare.takes = []; show(); break;
        default:
          if (control.dataset.act === "delete" && deck.take === take.dataset.take) deck.pause();
          act({act: control.dataset.act, take: take.dataset.take});
      }
    });
  },

  /** Files by drop, dialogue or microphone; `names` are the events to trigger. */
  dropZone(element, names, trigger) {
    let recorder = null;
    const take = async files => {
      const zone = element.querySelector(".e-drop");
      for (const file of files) {
        if (file.size > MAX_UPLOAD) { trigger(names.refused, {reason: "size", size: file.size, limit: MAX_UPLOAD}); continue; }
        zone.dataset.busy = "";
        try { trigger(names.upload, {id: await send(file)}); }
        catch { trigger(names.refused, {reason: "failed"}); }
        finally { delete zone.dataset.busy; }
      }
    };
    const record = async button => {
      if (recorder) { recorder.stop(); return; }
      let stream;
      try { stream = await navigator.mediaDevices.getUserMedia({audio: {echoCancellation: false, noiseSuppression: false}}); }
      catch { trigger(names.refused, {reason: "denied"}); return; }
      live.stop(); deck.pause();
      const parts = [], began = Date.now(), label = button.querySelector("span"), words = label.textContent;
      const clock = setInterval(() => { label.textContent = `${button.dataset.stop} ${((Date.now() - began) / 1000).toFixed(0)} s`; }, 200);
      recorder = new MediaRecorder(stream);
      recorder.ondataavailable = event => parts.push(event.data);
      recorder.onstop = () => {
        clearInterval(clock);
        for (const track of stream.getTracks()) track.stop();
        const kind = recorder.mimeType.includes("mp4") ? "m4a" : recorder.mimeType.includes("ogg") ? "ogg" : "webm";
        recorder = null;
        button.removeAttribute("data-on"); label.textContent = words;
        const name = `${new Date().toTimeString().slice(0, 8).replaceAll(":", "-")}.${kind}`;
        take([new File(parts, `${words} ${name}`)]);
      };
      button.dataset.on = "";
      recorder.start();
    };
    element.addEventListener("change", event => {
      if (event.target.type === "file") { take([...event.target.files]); event.target.value = ""; }
    });
    element.addEventListener("click", event => {
      const control = event.target.closest("[data-act]");
      if (!control) return;
      const clip = control.closest(".e-clip")?.dataset.clip;
      switch (control.dataset.act) {
        case "choose": element.querySelector("input").click(); break;
        case "record": record(control); break;
        case "play-clip": deck.toggle(clip); break;
        case "clear": if (deck.clip === clip) deck.pause(); trigger(names.clear, {clip}); break;
      }
    });
    for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]])
      element.addEventListener(name, event => {
        event.preventDefault();
        element.querySelector(".e-drop")?.toggleAttribute("data-over", over);
        if (name === "drop") take([...event.dataTransfer.files]);
      });
  },

  transcripts(element, act) {
    element.addEventListener("click", event => {
      const control = event.target.closest("[data-act]");
      if (!control) return;
      const shown = control.closest("[data-transcript]");
      const player = () => shown.dataset.clip;
      switch (control.dataset.act) {
        case "copy":
          navigator.clipboard?.writeText(shown.querySelector(".e-say").textContent);
          control.dataset.on = ""; setTimeout(() => control.removeAttribute("data-on"), 900);
          break;
        case "play-clip": deck.toggle(player()); break;
        case "from": deck.play(player(), {seconds: Number(control.dataset.start)}); break;
        default: act({act: control.dataset.act, transcript: shown.dataset.transcript});
      }
    });
  },

  /** Save what the server wrote: {name, content}. */
  download(element, watch) {
    watch("value", () => {
      if (!element.textContent.trim()) return;
      const {name, content} = JSON.parse(element.textContent);
      const link = Object.assign(document.createElement("a"), {
        href: URL.createObjectURL(new Blob([content], {type: "text/plain;charset=utf-8"})), download: name,
      });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    });
  },

  header(element, speak) {
    element.addEventListener("click", event => {
      const control = event.target.closest("[data-act]");
      if (control?.dataset.act === "language") {
        localStorage.setItem("encore-language", control.dataset.language);
        speak({language: control.dataset.language});
      } else if (control?.dataset.act === "theme") {
        encore.theme(document.body.classList.contains("dark") ? "light" : "dark");
      } else if (control?.dataset.act === "engines") {
        first("#engines-tab-button").click();
      }
    });
  },

  /** The language to start in: the one chosen before, else the browser's. */
  language() {
    return localStorage.getItem("encore-language") ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
  },

  theme(choice) {
    if (choice) localStorage.setItem("encore-theme", choice);
    const chosen = localStorage.getItem("encore-theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    for (const place of [document.documentElement, document.body]) place?.classList.toggle("dark", chosen === "dark");
  },

  /** The words have arrived: until then a page that is not in the default language stays covered. */
  ready(language) {
    document.documentElement.lang = language;
    document.documentElement.classList.remove("e-covered");
    encore.kept.openTab();
  },
};

if (encore.language() !== "en") {
  document.documentElement.classList.add("e-covered");
  setTimeout(() => document.documentElement.classList.remove("e-covered"), 4000);
}
encore.theme();
document.addEventListener("DOMContentLoaded", () => encore.theme());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => encore.theme());
for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, () => live.open(), {capture: true});

// In a list that is chosen from by typing, what is typed is another entry, and no part of the name that stands there.
document.addEventListener("click", ({target}) => {
  if (target.matches?.("input[role=combobox]:not([readonly], .e-choice *)")) target.select();
});

document.addEventListener("keydown", event => {
  const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    // The script's newest letters reach the form when it loses the focus or a moment later.
    const button = [...document.querySelectorAll("#speak, #hear-line, #audition-go, #write-down")].find(found => found.offsetParent);
    setTimeout(() => button?.click(), 60);
  } else if (event.key === "Escape") {
    [...document.querySelectorAll("#cancel, #stop-hearing, #audition-stop, #stop-writing")].find(found => found.offsetParent && !found.disabled)?.click();
    live.stop();
  } else if (!writing && event.key.toLowerCase() === "x") {
    compare.flip();
  } else if (!writing && event.key === " " && !event.target.closest?.("button, a, summary")) {
    // What sounds stops, wherever it was begun; what begins is in sight.
    const take = [deck.take && card(deck.take), ...document.querySelectorAll(".e-take[data-clip]")].find(found => found?.offsetParent);
    if (live.playing || deck.playing) { event.preventDefault(); live.stop(); deck.pause(); }
    else if (take) { event.preventDefault(); deck.toggle(take.dataset.clip, take.dataset.take); }
  }
}, {capture: true});

window.encore = encore;


/** The lists, cards and the map of the voices: what has an act does it, and points are reached by arrow keys. */
encore.voices = (element, act, watch) => {
  let focused = null, heard = null;
  const zone = () => element.querySelector(".e-drop"); // has its own buttons
  const tell = control => {
    const voice = control.dataset.voice;
    if (voice) focused = voice;
    act({act: control.dataset.act, voice, file: control.closest("[data-file]")?.dataset.file});
  };
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    if (control.dataset.act === "play-clip") {
      if (!zone()) deck.toggle(control.closest(".e-clip").dataset.clip);
    } else if (!["choose", "record", "clear"].includes(control.dataset.act)) tell(control);
  });
  element.addEventListener("change", event => {
    if (!event.target.matches("[data-says]")) return;
    act({act: "says", file: event.target.closest("[data-file]").dataset.file, text: event.target.value});
  });
  element.addEventListener("keydown", event => {
    const point = event.target.closest("g[role=button]");
    if (!point) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); tell(point); return; }
    const way = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!way) return;
    event.preventDefault();
    const next = nextPoint(point, way);
    if (!next) return;
    point.tabIndex = -1; next.tabIndex = 0; next.focus();
  });
  watch("value", () => {
    // What was drawn anew has lost the focus.
    if (focused && (document.activeElement === document.body || !document.activeElement)) {
      element.querySelector(`[data-voice="${CSS.escape(focused)}"]`)?.focus();
    }
    focused = null;
    const sound = element.querySelector("[data-at-once]");
    if (sound && sound.dataset.atOnce !== heard) { heard = sound.dataset.atOnce; deck.play(sound.dataset.clip); }
  });
};

/** The nearest point in a direction: what lies beside the way counts double. */
function nextPoint(from, [right, down]) {
  const at = point => [Number(point.dataset.x), Number(point.dataset.y)];
  const [x, y] = at(from);
  let best = null, least = Infinity;
  for (const point of from.parentNode.querySelectorAll("g[role=button]")) {
    const [dx, dy] = [at(point)[0] - x, at(point)[1] - y];
    const ahead = dx * right + dy * down, aside = Math.abs(dx * down) + Math.abs(dy * right);
    if (ahead > 0.5 && ahead + 2 * aside < least) { best = point; least = ahead + 2 * aside; }
  }
  return best;
}

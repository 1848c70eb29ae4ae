
/** What can be taken away: `clear` is triggered by its cross. */
encore.clearable = (element, trigger) => {
  element.addEventListener("click", event => { if (event.target.closest('[data-act="clear"]')) trigger("clear"); });
};

/** The outline of the emotion mix: drawn from the sliders' values, and pulled by hand to set them. */
encore.radar = {
  values: [],

  on(element, watch) {
    watch("value", () => this.draw(this.values));
    const pull = event => {
      const svg = element.querySelector(".e-radar");
      const centre = new DOMPoint(0, 0).matrixTransform(svg.getScreenCTM()), edge = new DOMPoint(100, 0).matrixTransform(svg.getScreenCTM());
      const x = event.clientX - centre.x, y = event.clientY - centre.y;
      const sliders = [...document.querySelectorAll('#emotion-vector input[type="range"]')];
      const axis = Math.round((Math.atan2(x, -y) / (2 * Math.PI) + 1) * sliders.length) % sliders.length;
      const slider = sliders[axis];
      if (!slider || slider.disabled) return;
      slider.value = Math.min(1, Math.max(0, Math.hypot(x, y) / (edge.x - centre.x)));
      slider.dispatchEvent(new Event("input", {bubbles: true}));
    };
    element.addEventListener("pointerdown", event => { if (event.target.closest(".e-radar")) { element.setPointerCapture(event.pointerId); pull(event); } });
    element.addEventListener("pointermove", event => { if (element.hasPointerCapture(event.pointerId)) pull(event); });
  },

  /** One value in [0, 1] for each axis. */
  draw(values) {
    this.values = values;
    const svg = document.querySelector(".e-radar");
    if (!svg || !values.length) return;
    const points = [...svg.querySelectorAll(".e-axis-line")].map((axis, number) =>
      [axis.x2.baseVal.value * values[number], axis.y2.baseVal.value * values[number]]);
    svg.querySelector("polygon").setAttribute("points", points.map(point => point.map(at => at.toFixed(1)).join()).join(" "));
    svg.querySelectorAll(".e-knobs circle").forEach((knob, number) => {
      knob.setAttribute("cx", points[number][0]); knob.setAttribute("cy", points[number][1]);
      knob.toggleAttribute("data-on", values[number] > 0);
    });
    svg.toggleAttribute("data-on", values.some(value => value > 0));
  },
};

/** The grid of an audition. */
encore.audition = (element, act, watch) => {
  watch("value", showOnce);
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    const trial = control.closest(".e-trial"), {clip, take, name} = trial.dataset;
    switch (control.dataset.act) {
      case "play": deck.toggle(clip, take); break;
      case "seek": deck.play(clip, {take, share: shareAt(control, event)}); break;
      default: act({act: control.dataset.act, name});
    }
  });
};

/** 1 to 9 play the cards of the audition that is in sight. */
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
  if (event.target.closest?.('textarea, select, [contenteditable], input:not([type="checkbox"], [type="range"])')) return;
  const trial = [...document.querySelectorAll(".e-trial")].filter(card => card.offsetParent)[Number(event.key) - 1];
  if (trial?.dataset.clip) { event.preventDefault(); deck.toggle(trial.dataset.clip, trial.dataset.take); }
});

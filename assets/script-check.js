
/** What was heard of a line when it was listened to, over what the script says. */
{
  const desk = encore.desk, {el, say, icon, button} = desk;
  const BEFORE_S = 0.3;   // a place is heard with a little of what comes before it

  desk.Check = class Check {
    chosen = -1;

    constructor(project, act) {
      Object.assign(this, {project, act});
      this.node = el("section", {class: "e-check", "aria-label": say("desk.check.title")});
      this.node.addEventListener("keydown", event => {
        if (event.target.matches(".e-diff") && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); event.stopPropagation(); event.target.click(); }
      });
    }

    draw(line) {
      if (!line) { this.node.replaceChildren(); this.drawn = null; return; }
      const state = this.project.state(line.line_id), {check} = state;
      if (this.line?.line_id !== line.line_id || JSON.stringify(this.of) !== JSON.stringify(check)) this.chosen = -1;
      this.line = line; this.of = check;
      const drawn = JSON.stringify([line.line_id, line.text, check, state.state === "working" && state.stage, this.chosen]);
      if (drawn === this.drawn) return;
      this.drawn = drawn;
      const kept = this.node.contains(document.activeElement) ? document.activeElement.dataset.diff ?? document.activeElement.dataset.act : null;
      const run = button("check", "", say(check ? "desk.check.again" : "desk.check.run"), {shown: true, class: "e-button e-small-button"});
      this.node.replaceChildren(
        el("header", {class: "e-section-head"}, el("h2", {class: "e-section"}, say("desk.check.title"), check ? el("b", {class: "e-judged", "data-passed": String(check.passed)}, icon(check.passed ? "check" : "close"), say(check.passed ? "desk.check.passed" : "desk.check.failed")) : null), run),
        ...check ? this.#found(line, check) : [el("p", {class: "e-hint"}, say("desk.check.hint"))]);
      if (kept) this.node.querySelector(`[data-diff="${kept}"], [data-act="${kept}"]`)?.focus();
    }

    #found(line, check) {
      const marks = check.diffs.map((diff, number) => ({number, kind: diff.kind, start: desk.utf16(line.text, diff.start), end: desk.utf16(line.text, diff.end)}))
        .sort((one, other) => one.start - other.start || one.end - other.end);
      const text = desk.marked(line.text, marks, (part, {number, kind}) => {
        const diff = check.diffs[number];
        const words = say(`desk.check.${kind}`, {said: diff.said || part, heard: diff.heard});
        // Not a button, which could not be broken over two lines.
        return el("span", {role: "button", tabindex: "0", class: "e-diff", "data-act": "diff", "data-diff": String(number), "data-kind": kind, title: words, "aria-pressed": String(number === this.chosen)},
          kind === "added" ? `${part}‸${diff.heard}` : kind === "misread" || kind === "doubtful" ? [part, el("i", {}, diff.heard)] : part);
      });
      const chosen = check.diffs[this.chosen];
      return [
        el("p", {class: "e-diffed", lang: this.#lang(line.text)}, text),
        chosen ? el("div", {class: "e-diff-detail", role: "status"}, el("span", {}, say(`desk.check.${chosen.kind}`, chosen)),
          button("hear-diff", "play", say("desk.check.hear"), {shown: true, class: "e-button e-small-button"}),
          chosen.kind === "added" ? null : button("pronounce", "reading", say("desk.check.pronounce"), {shown: true, class: "e-button e-small-button"})) : null,
        check.findings.map(finding => desk.note(finding.level, finding.sentence)),
        el("dl", {class: "e-measures"}, [
          ["error_rate", check.error_rate, value => `${(value * 100).toFixed(value && value < 0.1 ? 1 : 0)} %`],
          ["similarity", check.similarity, value => value.toFixed(2)],
          ["loudness", check.loudness, value => `${value.toFixed(1)} LUFS`],
          ["peak", check.peak, value => `${value.toFixed(1)} dBTP`],
          ["clipped", check.clipped || null, value => String(value)],
          ["lead", check.lead_s, value => say("unit.s", {value: value.toFixed(2)})],
          ["trail", check.trail_s, value => say("unit.s", {value: value.toFixed(2)})],
        ].filter(([, value]) => value !== null && value !== undefined).map(([name, value, put]) => el("div", {}, el("dt", {}, say(`desk.check.${name}`)), el("dd", {}, put(value))))),
        check.heard ? el("details", {class: "e-back"}, el("summary", {}, say("desk.check.heard")), el("p", {}, check.heard)) : null,
      ].flat().filter(Boolean);
    }

    #lang(text) { return /\p{Script=Han}/u.test(text) ? "zh" : "en"; }

    click(name, control) {
      const diff = this.of?.diffs[this.chosen];
      switch (name) {
        case "check": this.project.check([this.line.line_id]); break;
        case "diff": this.chosen = Number(control.dataset.diff); this.#hear(this.of.diffs[this.chosen]); this.draw(this.line); break;
        case "hear-diff": this.#hear(diff); break;
        case "pronounce": this.act("pronounce", this.line.line_id, {start: diff.start}); break;
      }
    }

    #hear(diff) {
      const {clip} = this.project.state(this.line.line_id);
      if (clip && diff.at_s !== null && diff.at_s !== undefined) deck.play(clip, {take: `line:${this.line.line_id}`, seconds: Math.max(0, diff.at_s - BEFORE_S)});
    }
  };
}

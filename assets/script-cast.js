
/** Who speaks: a voice for each speaker, and what holds for the whole script. */
{
  const desk = encore.desk, {el, say, icon, button} = desk;

  desk.Cast = class Cast {
    constructor(project, act) {
      Object.assign(this, {project, act});
      this.node = el("div", {class: "e-cast"});
    }

    draw({parts}) {
      if (!["all", "cast", "order", "lines"].some(part => parts.has(part))) return;
      const {project} = this;
      const drawn = JSON.stringify([project.id, project.speakers, project.cast, project.voices, project.named, project.engines, project.engine, project.language, project.gap_s, project.can]);
      if (drawn === this.drawn || this.node.contains(document.activeElement) && document.activeElement.matches("input")) return;
      this.drawn = drawn;
      const kept = document.activeElement?.dataset?.cast;
      const named = project.speakers.filter(Boolean);
      this.node.replaceChildren(
        el("h2", {class: "e-section"}, say("desk.cast")),
        el("ul", {class: "e-roles"}, ["", ...named].map(name => this.#role(name))),
        el("h2", {class: "e-section"}, say("desk.whole")),
        desk.field(say("desk.engine"), desk.select(project.engines.map(engine => ({value: engine.name, label: engine.ready === false ? say("desk.not_ready", {name: engine.label}) : engine.label})), project.engine,
          {onchange: event => project.edit({op: "set_script", engine: event.target.value})})),
        desk.field(say("clone.language"), desk.select(["auto", ...project.can.languages].map(code => ({value: code, label: say(`language.${code}`)})), project.language,
          {onchange: event => project.edit({op: "set_script", language: event.target.value})})),
        desk.field(say("desk.gap"), el("input", {type: "number", min: "0", max: "60", step: "0.1", value: String(project.gap_s),
          onchange: event => project.edit({op: "set_script", gap_s: Math.min(60, Math.max(0, Number(event.target.value) || 0))})}), say("desk.gap_help")));
      if (kept !== undefined) this.node.querySelector(`[data-cast="${CSS.escape(kept)}"]`)?.focus();
    }

    #role(name) {
      const {project} = this, voice = project.cast[name] ?? "";
      const first = project.order.find(id => project.at(id).speaker === name);
      const words = name || say("desk.anyone");
      const called = project.voices.find(each => each.value === project.named[name]);
      const uncast = called ? say("desk.as_named", {voice: called.label}) : say(name ? "desk.as_anyone" : "desk.first_voice");
      const choices = [{value: "", label: uncast}, ...project.voices.map(each => ({
        ...each, group: each.group === "saved" ? say("desk.group_saved") : desk.words[`language.${each.language}`] ?? say("desk.group_stock"),
      }))];
      const choose = value => project.edit({op: "cast", speaker: name, voice: value});
      return el("li", {style: `--hue:${desk.hue(project.speakers, name)}`, "data-named": name ? "" : null},
        el("span", {class: "e-role-name"}, words),
        button("hear", "play", say("desk.hear_role", {name: words}), {class: "e-tool", disabled: !first, onclick: () => this.act("hear-role", first)}),
        desk.select(choices, voice, {"data-cast": name, "aria-label": say("desk.voice_of", {name: words}), onchange: event => choose(event.target.value)}));
    }
  };
}


/** Delivery: how loud, in what form, under which names; and the files. */
{
  const desk = encore.desk, {el, say, icon} = desk;
  const LOUDNESS = [null, -23, -16, -14];
  const RATES = [null, 16000, 22050, 24000, 44100, 48000];
  const FORMATS = ["wav", "flac", "mp3", "opus"];
  const WORDS = 40;   // letters of a line's beginning in a name

  /** How a file of `line` will be called, as the server names them but for its last scruples. */
  desk.fileName = (project, pattern, line) => {
    let words = "";
    for (const word of line.text.match(/[\p{L}\p{M}\p{N}_'’]+/gu) ?? []) {
      const longer = words ? `${words}-${word}` : word;
      if ([...longer].length > WORDS) break;
      words = longer;
    }
    const values = {
      number: project.index.get(line.line_id) + 1, speaker: line.speaker, words, line: line.line_id, seed: line.seed,
      take: project.state(line.line_id).clip?.slice(0, 8) ?? "", title: project.title,
    };
    return pattern.replace(/\{(\w+)(?::0?(\d+))?\}/g, (whole, name, wide) => name in values ? String(values[name]).padStart(Number(wide) || 0, "0") : whole)
      .replace(/[<>:"/\\|?*\s\u0000-\u001f]+/g, "-").replace(/-{2,}/g, "-").replace(/^[-.\s]+|[-.\s]+$/g, "");
  };

  const choice = (name, options, value) => el("div", {class: "e-choice-row", role: "radiogroup", "aria-label": say(`desk.delivery.${name}`)}, options.map(([option, words]) =>
    el("label", {}, el("input", {type: "radio", name, value: String(option), checked: option === value}), el("span", {}, words))));

  /** How much there is to say: a Mandarin character is a syllable, which other scripts write in three letters or so. */
  const weight = text => text.length + 2 * (text.match(/\p{Script=Han}/gu)?.length ?? 0);

  /** How long `lines` will take, in milliseconds, if they take what others took; null as long as that is not known. */
  desk.foreseen = (project, lines) => {
    let took = 0, said = 0;
    for (const {segments} of project.states.values())
      for (const {ms, saved_ms: saved, text} of segments ?? []) { took += saved ?? ms; said += weight(text); }
    return said ? lines.reduce((sum, id) => sum + weight(project.at(id).text), 0) * took / said : null;
  };

  desk.deliver = (project, root) => {
    let {delivery} = project, ready = false;
    const lines = project.order.map(id => project.at(id)), sample = lines.find(line => line.text.trim()) ?? lines[0];
    const fresh = project.order.filter(id => project.state(id).state !== "done"), soon = desk.foreseen(project, fresh);
    const example = el("output", {class: "e-example", "aria-live": "polite"});
    const told = el("div", {class: "e-delivery-told", role: "status"}), bar = el("div", {class: "e-work-bar", hidden: true}, el("i"));
    const go = el("button", {type: "button", class: "e-button e-primary"}, say("desk.delivery.go"));
    const stop = el("button", {type: "button", class: "e-button", hidden: true}, say("desk.cancel"));
    const flag = (name, words) => el("label", {class: "e-box"}, el("input", {type: "checkbox", name, checked: delivery[name]}), el("span", {}, words));
    const form = el("form", {class: "e-delivery", onsubmit: event => event.preventDefault()},
      el("fieldset", {}, el("legend", {}, say("desk.delivery.loudness")),
        choice("loudness", LOUDNESS.map(value => [value, say(`desk.delivery.loudness_${value === null ? "none" : -value}`)]), delivery.loudness),
        desk.field(say("desk.delivery.peak"), el("input", {type: "number", name: "peak", min: "-12", max: "0", step: "0.1", value: String(delivery.peak)}))),
      el("fieldset", {}, el("legend", {}, say("desk.delivery.format")),
        choice("format", FORMATS.map(name => [name, name.toUpperCase()]), delivery.format),
        el("div", {class: "e-pair"},
          desk.field(say("desk.delivery.rate"), desk.select(RATES.map(rate => ({value: String(rate), label: rate ? say("desk.delivery.khz", {value: rate / 1000}) : say("desk.delivery.rate_own")})), String(delivery.sample_rate), {name: "sample_rate"})),
          desk.field(say("desk.delivery.channels"), desk.select([1, 2].map(count => ({value: String(count), label: say(`desk.delivery.channels_${count}`)})), String(delivery.channels), {name: "channels"})))),
      el("fieldset", {}, el("legend", {}, say("desk.delivery.files")),
        el("div", {class: "e-boxes"}, flag("lines", say("desk.delivery.lines")), flag("joined", say("desk.delivery.joined"))),
        choice("subtitles", [["", say("desk.delivery.no_subtitles")], ["srt", "SRT"], ["vtt", "VTT"], ["both", say("desk.delivery.both")]], delivery.subtitles),
        desk.field(say("desk.delivery.pattern"), el("input", {name: "pattern", value: delivery.pattern, spellcheck: "false", autocomplete: "off"}), null),
        el("div", {class: "e-tokens"}, ["number", "speaker", "words", "line", "seed", "take", "title"].map(name =>
          el("button", {type: "button", title: say(`desk.delivery.token_${name}`), onclick: () => {
            const {pattern} = form.elements, token = name === "number" ? "{number:03}" : `{${name}}`;
            pattern.setRangeText(token, pattern.selectionStart, pattern.selectionEnd, "end");
            pattern.focus(); changed();
          }}, `{${name}}`))),
        el("p", {class: "e-hint"}, say("desk.delivery.example"), " ", example)),
      fresh.length ? el("p", {class: "e-hint"}, say("desk.delivery.fresh", {count: fresh.length}), " ", soon ? say("desk.delivery.soon", {time: desk.roughly(soon)}) : null) : null,
      el("p", {class: "e-hint"}, say("desk.delivery.holds")), told, bar,
      el("div", {class: "e-dialog-foot"}, stop, go));

    const read = () => {
      const {elements: fields} = form, number = text => text === "null" ? null : Number(text);
      return {
        format: fields.format.value, sample_rate: number(fields.sample_rate.value), channels: Number(fields.channels.value), loudness: number(fields.loudness.value),
        peak: Number(fields.peak.value), pattern: fields.pattern.value.trim(), lines: fields.lines.checked, joined: fields.joined.checked, subtitles: fields.subtitles.value,
      };
    };
    const changed = () => {
      delivery = read();
      example.textContent = sample ? `${desk.fileName(project, delivery.pattern, sample)}.${delivery.format === "opus" ? "ogg" : delivery.format}` : "";
      go.disabled = !delivery.lines && !delivery.joined && !delivery.subtitles;
    };
    form.addEventListener("input", changed);
    changed();
    go.addEventListener("click", async () => {
      go.disabled = true; ready = true;
      told.replaceChildren(say("desk.delivery.working"));
      bar.hidden = stop.hidden = false;
      await project.deliver(delivery);
    });
    stop.addEventListener("click", () => project.cancelDelivery());
    const rest = () => { bar.hidden = stop.hidden = true; go.disabled = ready = false; };
    project.watch(({parts}) => {
      if (!form.isConnected || !ready || !(parts.has("delivering") || parts.has("notice"))) return;
      const {delivering, notice} = project;
      if (parts.has("notice") && notice?.level === "error") { told.replaceChildren(desk.note("error", notice.sentence)); rest(); return; }
      if (!delivering || !parts.has("delivering")) return;
      const {type, fraction, error} = delivering, of = ({number, sentence}) => number ? say("desk.delivery.of_line", {number, sentence}) : sentence;
      if (type === "delivery") {
        bar.firstChild.style.width = `${(fraction ?? 0) * 100}%`;
        told.replaceChildren(error ?? say("desk.delivery.working"));
      } else if (type === "delivered") {
        rest();
        told.replaceChildren(el("a", {class: "e-button", href: delivering.url, download: delivering.name}, icon("download"), say("desk.delivery.download", {name: delivering.name})),
          ...delivering.findings.filter(finding => finding.level !== "good").map(finding => desk.note(finding.level, of(finding))));
        desk.download(delivering.url, delivering.name);
      } else {
        rest();
        told.replaceChildren(...[error && desk.note("error", error), ...delivering.lines.map(line => desk.note("error", of({number: line.number, sentence: line.error})))].filter(Boolean));
      }
    });
    return desk.ask(root, say("desk.deliver"), form, []);
  };
}


/** What other tabs bring into the script: a take, lines with their times, or what a line is to be from now on. */
{
  const desk = encore.desk, {say} = desk;

  /** A take, as its link says it. */
  const take = async (project, link) => {
    const answer = await project.fromLink(link);
    if (!answer) return null;
    for (const {level, sentence} of answer.findings) project.tell(level, sentence);
    return answer.line_id;
  };

  /** Lines below those that are there; the first of them. */
  const lines = (project, fields, title) => {
    if (title && !project.title && !project.order.length) project.edit({op: "set_title", title: title.slice(0, 120)});
    project.tell("good", say("desk.imported", {count: fields.length}));
    return project.insert(null, ...fields)[0];
  };

  const change = (project, line, fields) => {
    if (!project.at(line)) { project.tell("error", say("desk.line_away")); return null; }
    project.set(line, fields);
    return line;
  };

  /** Nothing can be scrolled to before the tab is there. */
  const inSight = async script => { for (let frame = 0; frame < 60 && !script.shown; frame++) await new Promise(requestAnimationFrame); };

  encore.scriptBrought = (element, watch) => {
    watch("value", async () => {
      if (!element.textContent.trim() || !desk.tab?.sheet) return;
      const {project} = desk.tab, told = JSON.parse(element.textContent);
      if (told.error) project.tell("error", told.error);
      const line = told.link ? await take(project, told.link) : told.lines ? lines(project, told.lines, told.title) : told.line ? change(project, told.line, told.fields) : null;
      project.show();
      if (!line) return;
      await inSight(desk.tab);
      desk.tab.sheet.select(line, {focus: "row"});
      desk.tab.sheet.row(line).node.scrollIntoView({block: "center"});
    });
  };
}

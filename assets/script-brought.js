
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

  /** The tab is made when it is opened for the first time, and nothing can be scrolled to before it is there. */
  const until = async there => { while (!there()) await new Promise(resolve => setTimeout(resolve, 50)); };
  let latest = "";

  encore.scriptBrought = (element, watch) => {
    const read = async () => {
      const told = JSON.parse(element.textContent.trim() || "{}");
      if (!told.nonce || told.nonce === latest) return;
      latest = told.nonce;
      await until(() => desk.tab?.sheet);
      const {project} = desk.tab;
      if (told.error) project.tell("error", told.error);
      const line = told.link ? await take(project, told.link) : told.lines ? lines(project, told.lines, told.title) : told.line ? change(project, told.line, told.fields) : null;
      project.show();
      if (!line) return;
      await until(() => desk.tab.shown);
      desk.tab.sheet.select(line, {focus: "row"});
      desk.tab.sheet.row(line).node.scrollIntoView({block: "center"});
    };
    watch("value", read);
    read();
  };
}

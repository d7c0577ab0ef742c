import { allCommands, ToolCommand, type ToolRun } from '../cli/index.ts';

export default class Help extends ToolCommand {
  static override summary = 'List the commands, or show the help of one';
  static override tool = { takesWords: true, help: 'klamm help [COMMAND]' };

  override async execute({ options, face }: ToolRun): Promise<number> {
    const [wanted] = options.words;
    const commands = await allCommands(this.config);
    if (wanted !== undefined) return commands.showHelp(wanted.replace(/^kafka-/, '').replace(/\.sh$/, ''));
    await face.print(commands.list(), {
      text: (list) => commands.overview(list),
      json: (list) => list,
    });
    return 0;
  }
}

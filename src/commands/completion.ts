import { allCommands, completionScript, isShell, ToolCommand, type ToolRun, UsageError } from '../cli/index.ts';

/** `klamm completion topics -- WORDS`: what the scripts ask, with the words of the command line before the cursor. */
const LIVE_KINDS = ['topics', 'groups', 'entities'];

export default class Completion extends ToolCommand {
  static override summary = 'Print a script that completes command lines in bash, zsh or fish';
  static override tool = { takesWords: true };
  static override examples = [
    { description: 'bash, in ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'zsh, in ~/.zshrc', command: 'source <(<%= config.bin %> completion zsh)' },
    { description: 'fish', command: '<%= config.bin %> completion fish | source' },
  ];

  override async execute(run: ToolRun): Promise<number> {
    const { options, face } = run;
    const [shell = '', ...words] = options.words;
    if (LIVE_KINDS.includes(shell)) return this.names(shell, words, run);
    if (!isShell(shell)) throw new UsageError('Say for which shell: bash, zsh or fish');
    const commands = await allCommands(this.config);
    face.out(completionScript(shell, commands.completions()));
    return 0;
  }

  /** Silent whatever fails: nobody asked for an error between two key strokes. */
  private async names(asked: string, words: readonly string[], { context, face }: ToolRun): Promise<number> {
    const { addressIn, liveNames, optionValue } = await import('../tools/live-names.ts');
    const kind = asked === 'entities' ? optionValue(words, 'entity-type') : asked;
    const address = addressIn(words);
    if (address === undefined || (kind !== 'topics' && kind !== 'groups')) return 1;
    const quiet = { log: () => undefined, named: () => quiet };
    try {
      const names = await liveNames(kind, address, { ...contextOf(context), logger: quiet });
      face.out(names.map((name) => `${name}\n`).join(''));
      return 0;
    } catch {
      return 1;
    }
  }
}

/** Its parts are getters, which a spread would lose. */
function contextOf({ stdin, stdout, stderr, clock, signal, isInteractive }: ToolRun['context']) {
  return { stdin, stdout, stderr, clock, signal, isInteractive };
}

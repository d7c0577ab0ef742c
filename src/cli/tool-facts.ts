/** What a command class says about itself beyond oclif's own statics. */
export interface ToolFacts {
  /** `kafka-topics`: the name of the original; absent for what klamm alone has. */
  readonly name?: string;
  /** Whose parsing rules hold: jopt-simple's (the default) or argparse4j's. */
  readonly rules?: 'jopt' | 'argparse';
  /** The line above the list of options on `--help`. */
  readonly help?: string;
  /** The same when the tool is called without any argument; absent: that is a call like any other. */
  readonly noArguments?: string;
  /**
   * Options that the parser cannot take: the sentence and the list of options (`usage`, the default), or a failure like any other,
   * told by `failed` (`failure`).
   */
  readonly optionErrors?: 'usage' | 'failure';
  /** False: `--help` is answered, and not among the listed options. */
  readonly listsHelp?: boolean;
  /** Words that belong to no option mean something. */
  readonly takesWords?: boolean;
  /** On SIGINT and SIGTERM the action is told and awaited; otherwise the process ends at once. */
  readonly stopsGracefully?: boolean;
  /** argparse: the name in usage lines where it is not `name`. */
  readonly usageName?: string;
  /** argparse: a sentence about the tool, in our words. */
  readonly description?: string;
  /** argparse: subcommands in order, each with its sentence. */
  readonly subcommands?: Readonly<Record<string, SubcommandFacts>>;
  /** argparse: the heading and the name of the list of subcommands, where the tool sets them. */
  readonly subcommandsTitle?: string;
  readonly subcommandsMetavar?: string;
  /** argparse: the tool has `-v, --version`. */
  readonly hasVersionOption?: boolean;
  /** argparse: `(default: ...)` stands behind the help of options that have one. */
  readonly showsDefaults?: boolean;
  /** argparse: the status of `--help`; absent: 0. */
  readonly helpStatus?: number;
  /** argparse: a call without any argument shows the help and ends with this status. */
  readonly noArgumentsStatus?: number;
  /** argparse: what stderr gets for a refused argv, where that is not the usage line and a paragraph. */
  readonly errorText?: (sentence: string) => string;
}

export interface SubcommandFacts {
  readonly help: string;
  /** A paragraph in the subcommand's own help. */
  readonly description?: string;
}

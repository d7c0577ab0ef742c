import { arch, homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, type Config, type Interfaces } from '@oclif/core';
import { type ToolContext } from '../util/tool-context.ts';
import { type Face } from './face/face.ts';
import { KLAMM_VERSION } from './version.ts';

/** Where command classes come from: a folder whose file names are the command ids. */
export interface CommandSource {
  ids(): readonly string[];
  /** Rejects when there is no such command. */
  load(id: string): Promise<Command.Class>;
}

/** One call of one command, as the process made it. */
export interface Invocation {
  readonly face: Face;
  readonly context: ToolContext;
  /** Asks a person for the value of a missing option; absent where nobody can answer. */
  readonly ask: ((name: string, about: string) => Promise<string>) | undefined;
}

type Plugin = Interfaces.Plugin;

/**
 * oclif's Config, filled from the folder of command classes: no plugins, no manifest, no reading of package.json and theme files,
 * because every call of a tool would pay for it. oclif's own Config does all of this while it loads.
 */
export class CommandTree implements Interfaces.Config {
  readonly arch = arch() as Interfaces.ArchTypes;
  readonly bin = 'klamm';
  readonly channel = 'stable';
  readonly dirname = 'klamm';
  readonly name = 'klamm';
  readonly isSingleCommandCLI = false;
  readonly plugins = new Map<string, Plugin>();
  readonly shell = 'unknown';
  readonly topics: Interfaces.Topic[] = [];
  readonly topicSeparator = ' ';
  readonly updateConfig = { node: {}, s3: {} } as Interfaces.Config['updateConfig'];
  readonly valid = true;
  readonly version = KLAMM_VERSION;
  readonly platform = process.platform;
  readonly windows = process.platform === 'win32';
  readonly pjson = { name: 'klamm', version: KLAMM_VERSION, oclif: { bin: 'klamm' } } as Interfaces.PJSON;
  readonly root: string;
  readonly invocation: Invocation;
  private readonly source: CommandSource;
  private readonly loaded = new Map<string, Command.Class>();

  constructor(root: string, source: CommandSource, invocation: Invocation) {
    this.root = root;
    this.source = source;
    this.invocation = invocation;
  }

  /** The tree behind the configuration that oclif handed to a command. */
  static of(config: object): CommandTree {
    if (config instanceof CommandTree) return config;
    throw new Error('A command runs only through runCommand');
  }

  /** The command class; remembered, so that oclif's synchronous look-ups find it. */
  async commandClass(id: string): Promise<Command.Class> {
    const known = this.loaded.get(id);
    if (known) return known;
    const loaded = await this.source.load(id);
    loaded.id = id;
    this.loaded.set(id, loaded);
    return loaded;
  }

  /** Every command class: for help, man pages and completion. */
  async loadAll(): Promise<readonly Command.Class[]> {
    return Promise.all(this.source.ids().map((id) => this.commandClass(id)));
  }

  get commandIDs(): string[] {
    return [...this.source.ids()];
  }

  get commands(): Command.Loadable[] {
    return [...this.loaded.values()].map((loaded) => loadable(loaded));
  }

  get home(): string {
    return homedir();
  }

  get cacheDir(): string {
    return join(this.home, '.cache', 'klamm');
  }

  get configDir(): string {
    return join(this.home, '.config', 'klamm');
  }

  get dataDir(): string {
    return join(this.home, '.local', 'share', 'klamm');
  }

  get userAgent(): string {
    return `klamm/${KLAMM_VERSION} ${process.platform}-${this.arch} node-${process.version}`;
  }

  get versionDetails(): Interfaces.VersionDetails {
    return { architecture: this.arch, cliVersion: `klamm/${KLAMM_VERSION}`, nodeVersion: process.version };
  }

  findCommand(id: string, opts: { must: true }): Command.Loadable;
  findCommand(id: string, opts?: { must: boolean }): Command.Loadable | undefined;
  findCommand(id: string): Command.Loadable | undefined {
    const known = this.loaded.get(id);
    return known && loadable(known);
  }

  findMatches(): Command.Loadable[] {
    return [];
  }

  findTopic(name: string, opts: { must: true }): Interfaces.Topic;
  findTopic(name: string, opts?: { must: boolean }): Interfaces.Topic | undefined;
  findTopic(): Interfaces.Topic | undefined {
    return undefined;
  }

  getAllCommandIDs(): string[] {
    return this.commandIDs;
  }

  getAllCommands(): Command.Loadable[] {
    return this.commands;
  }

  getPluginsList(): Plugin[] {
    return [];
  }

  async runCommand<T = unknown>(id: string, argv: string[] = []): Promise<T> {
    const command = await this.commandClass(id);
    return (await command.run(argv, this.asConfig())) as T;
  }

  async runHook<T extends keyof Interfaces.Hooks>(): Promise<Interfaces.Hook.Result<Interfaces.Hooks[T]['return']>> {
    return { failures: [], successes: [] };
  }

  s3Key(): string {
    return '';
  }

  s3Url(): string {
    return '';
  }

  scopedEnvVar(key: string): string | undefined {
    return process.env[this.scopedEnvVarKey(key)];
  }

  scopedEnvVarKey(key: string): string {
    return `KLAMM_${key.toUpperCase()}`;
  }

  scopedEnvVarKeys(key: string): string[] {
    return [this.scopedEnvVarKey(key)];
  }

  scopedEnvVarTrue(key: string): boolean {
    return ['1', 'true'].includes(this.scopedEnvVar(key) ?? '');
  }

  /** oclif's types ask for its own class where its code only uses the interface. */
  asConfig(): Config {
    return this as unknown as Config;
  }
}

function loadable(command: Command.Class): Command.Loadable {
  return { ...command, id: command.id, load: async () => command } as unknown as Command.Loadable;
}

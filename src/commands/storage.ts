import { type Face, type JavaError, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  dependenciesText,
  featureDependencies,
  formatStorage,
  formattedText,
  infoText,
  mappingText,
  randomUuid,
  storageInfo,
  TERSE_FAILURE,
  versionMapping,
} from '../tools/storage/index.ts';

const QUORUM = { name: 'quorum', required: false };

type Run = ToolRun<typeof Storage.flags>;

export default class Storage extends ToolCommand {
  static override summary = "Format a node's log directories and look at them";
  static override tool = {
    name: 'kafka-storage',
    rules: 'argparse' as const,
    description: 'The Kafka storage tool.',
    subcommands: {
      info: { help: 'Show what the log directories of this node hold.' },
      format: { help: 'Prepare the log directories of this node.' },
      'version-mapping': {
        help: 'Show the feature levels that go with a release; without --release-version those of the latest stable one.',
      },
      'feature-dependencies': { help: 'Show what levels of features need; several may be asked for.' },
      'random-uuid': { help: 'Make a new id.' },
    },
  };
  static override flags = {
    config: option.string({
      short: 'c',
      of: ['info', 'format'],
      required: ['info', 'format'],
      help: "The node's server.properties.",
    }),
    'cluster-id': option.string({
      short: 't',
      of: ['format'],
      required: ['format'],
      help: 'The id of the cluster; all its nodes have the same.',
    }),
    'add-scram': option.string({
      short: 'S',
      of: ['format'],
      appends: true,
      help: "A credential the cluster starts with, such as 'SCRAM-SHA-256=[name=alice,password=alice-secret]'.",
    }),
    'ignore-formatted': option.flag({
      short: 'g',
      of: ['format'],
      help: 'Pass over directories that are formatted already, instead of failing.',
    }),
    'release-version': option.string({
      short: 'r',
      of: ['format', 'version-mapping'],
      help: 'The release whose feature levels count, 3.3-IV3 at least; 4.3-IV0 unless given.',
    }),
    feature: option.string({
      short: 'f',
      of: ['format', 'feature-dependencies'],
      required: ['feature-dependencies'],
      appends: true,
      help: 'A feature and its level, such as kraft.version=1.',
    }),
    standalone: option.flag({
      short: 's',
      of: ['format'],
      group: QUORUM,
      help: 'Start a dynamic quorum with this controller alone; needs controller.quorum.bootstrap.servers.',
    }),
    'no-initial-controllers': option.flag({
      short: 'N',
      of: ['format'],
      group: QUORUM,
      help: 'Name no controllers: this node joins a dynamic quorum that exists.',
    }),
    'initial-controllers': option.string({
      short: 'I',
      of: ['format'],
      group: QUORUM,
      help: 'The controllers of a new dynamic quorum, as id@host:port:directory, separated by commas.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    switch (run.options.subcommand) {
      case 'info':
        return this.info(run);
      case 'format':
        return this.format(run);
      case 'version-mapping':
        return this.mapping(run);
      case 'feature-dependencies':
        return this.dependencies(run);
      default:
        await run.face.print(randomUuid(), { text: (uuid) => `${uuid}\n`, json: (uuid) => ({ uuid }) });
        return 0;
    }
  }

  private async info({ options, face }: Run): Promise<number> {
    const found = storageInfo(options.value('config') as string);
    await face.print(found, { text: infoText });
    return found.problems.length === 0 ? 0 : 1;
  }

  private async format({ options, face, context }: Run): Promise<number> {
    const initialControllers = options.value('initial-controllers');
    const result = formatStorage(
      {
        configFile: options.value('config') as string,
        clusterId: options.value('cluster-id') as string,
        ignoreFormatted: options.has('ignore-formatted'),
        releaseVersion: options.value('release-version'),
        features: options.values('feature'),
        scramCredentials: options.values('add-scram'),
        quorum: options.has('standalone')
          ? 'standalone'
          : options.has('no-initial-controllers')
            ? 'no-initial-controllers'
            : initialControllers === undefined
              ? null
              : { initialControllers },
      },
      context.clock,
    );
    const { directories, metadataVersion, unreadable } = result;
    await face.print({ directories, metadataVersion, unreadable }, { text: () => formattedText(result) });
    return 0;
  }

  private async mapping({ options, face }: Run): Promise<number> {
    const release = options.value('release-version');
    await face.print(versionMapping(release), { text: (levels) => mappingText(levels, release) });
    return 0;
  }

  private async dependencies({ options, face }: Run): Promise<number> {
    await face.print(featureDependencies(options.values('feature')), {
      text: dependenciesText,
    });
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    if (error.className !== TERSE_FAILURE) return super.failed(error, face);
    face.err(`${error.message}\n`);
    return 1;
  }
}

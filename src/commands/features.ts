import { clusterAddress, type Face, type JavaError, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import {
  describeFeatures,
  type FeatureDependency,
  FeaturesFailure,
  featureDependencies,
  type NamedLevel,
  releaseName,
  type UpdateResult,
  type UpdateSpec,
  updateFeatures,
  versionMapping,
} from '../tools/features/index.ts';
import { UsageError } from '../util/usage-error.ts';

const BOOTSTRAP = { name: 'bootstrap', required: false };
type Run = ToolRun<typeof Features.flags>;

export default class Features extends ToolCommand {
  static override summary = "Show a cluster's features and change their levels";
  static override tool = {
    name: 'kafka-features',
    rules: 'argparse' as const,
    description: 'Shows which features a cluster has, and raises or lowers their levels.',
    errorText: (sentence: string) => `Command line error: ${sentence}. Type --help for help.`,
    subcommands: {
      describe: { help: 'Show what is supported of each feature, and its level.' },
      upgrade: { help: 'Raise the levels of features.' },
      downgrade: { help: 'Lower the levels of features.' },
      disable: { help: 'Switch features off: their level becomes 0.' },
      'version-mapping': { help: 'Show the levels that go with a release, the newest one unless another is named.' },
      'feature-dependencies': { help: 'Show what levels of features need.' },
    },
  };
  static override flags = {
    'bootstrap-server': option.string({
      group: BOOTSTRAP,
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'bootstrap-controller': option.string({
      group: BOOTSTRAP,
      help: 'Controllers to begin with, instead of brokers.',
    }),
    'command-config': option.string({ help: 'File with settings of the admin client.' }),
    'node-id': option.int({ of: ['describe'], help: 'The node to ask; any one unless given.' }),
    metadata: option.string({
      of: ['upgrade', 'downgrade'],
      deprecated: true,
      help: '(DEPRECATED) the release that metadata.version is to have, such as 4.2-IV1.',
    }),
    'release-version': option.string({
      of: ['upgrade', 'downgrade', 'version-mapping'],
      help: 'The release whose levels all features get, such as 4.2 or 4.2-IV1; version-mapping shows them.',
    }),
    feature: option.string({
      of: ['upgrade', 'downgrade', 'disable', 'feature-dependencies'],
      required: ['feature-dependencies'],
      appends: true,
      help: 'A feature and its level, such as group.version=1; disable takes the name alone.',
    }),
    unsafe: option.flag({
      of: ['downgrade', 'disable'],
      help: 'Do it even if metadata may be lost by it.',
    }),
    'dry-run': option.flag({
      of: ['upgrade', 'downgrade', 'disable'],
      help: 'Say whether it would work, and change nothing.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, face } = run;
    switch (options.subcommand) {
      case 'version-mapping': {
        const release = options.value('release-version');
        await face.print(versionMapping(release), { text: (levels) => mappingText(levels, release) });
        return 0;
      }
      case 'feature-dependencies':
        await face.print(featureDependencies(options.values('feature')), { text: dependenciesText });
        return 0;
      case 'describe':
        return this.describe(run);
      default:
        return this.update(run);
    }
  }

  private addressOf(run: Run) {
    const { options } = run;
    if (!options.has('bootstrap-server') && !options.has('bootstrap-controller')) {
      throw new UsageError('You must specify either --bootstrap-controller or --bootstrap-server.');
    }
    return clusterAddress(run);
  }

  private async describe(run: Run): Promise<number> {
    const { options, face, context } = run;
    const { features, epoch } = await describeFeatures(this.addressOf(run), options.value('node-id'), context);
    const rows = features.map(({ name, minSupported, maxSupported, finalizedLevel }) => ({
      feature: name,
      supportedMinVersion: levelText(name, minSupported),
      supportedMaxVersion: levelText(name, maxSupported),
      finalizedVersionLevel: levelText(name, finalizedLevel),
      epoch,
    }));
    await face.print(rows, {
      text: (all) => all.map(describedLine).join(''),
      table: (all) => ({
        head: ['FEATURE', 'SUPPORTED FROM', 'TO', 'FINALIZED'],
        rows: all.map((one) => [
          one.feature,
          one.supportedMinVersion,
          one.supportedMaxVersion,
          one.finalizedVersionLevel,
        ]),
      }),
    });
    return 0;
  }

  private async update(run: Run): Promise<number> {
    const { options, face, context } = run;
    const address = this.addressOf(run);
    const isByRelease = options.value('release-version') !== undefined;
    if (options.has('metadata') && !isByRelease) {
      face.warn(' `metadata` flag is deprecated and may be removed in a future release.', 'stdout');
    }
    const spec: UpdateSpec = {
      operation: options.subcommand as UpdateSpec['operation'],
      metadata: options.value('metadata'),
      releaseVersion: options.value('release-version'),
      features: options.values('feature'),
      isUnsafe: options.has('unsafe'),
      dryRun: options.has('dry-run'),
    };
    const results = await updateFeatures(address, spec, context);
    await face.print(results, {
      text: (all) => all.map((one) => resultLine(one, spec)).join(''),
      table: (all) => ({
        head: ['FEATURE', 'LEVEL', 'RESULT'],
        rows: all.map(({ name, level, error }) => [name, `${level}`, error ?? (spec.dryRun ? 'can be done' : 'done')]),
      }),
      json: (all) => all.map(({ name, ...one }) => ({ feature: name, ...one })),
    });
    const failed = results.filter(({ error }) => error !== null).length;
    if (failed > 0) throw new FeaturesFailure(`${failed} out of ${results.length} operation(s) failed.`);
    return 0;
  }

  /** Kafka's tool keeps the exception for its debug log. */
  override failed(error: JavaError, face: Face): number {
    face.err(`${error.message}\n`);
    return 1;
  }
}

/** metadata.version is told by its release. */
function levelText(name: string, level: number): string {
  return name === 'metadata.version' ? (releaseName({ name, level }) ?? `UNKNOWN [${level}]`) : `${level}`;
}

interface DescribedFeature {
  readonly feature: string;
  readonly supportedMinVersion: string;
  readonly supportedMaxVersion: string;
  readonly finalizedVersionLevel: string;
  readonly epoch: bigint | null;
}

function describedLine(one: DescribedFeature): string {
  const columns = [
    one.feature.padEnd(40),
    `SupportedMinVersion: ${one.supportedMinVersion.padEnd(15)}`,
    `SupportedMaxVersion: ${one.supportedMaxVersion.padEnd(15)}`,
    `FinalizedVersionLevel: ${one.finalizedVersionLevel.padEnd(15)}`,
    `Epoch: ${one.epoch ?? '-'}`,
  ];
  return `Feature: ${columns.join('  ')}\n`;
}

function resultLine({ name, level, error }: UpdateResult, { operation, dryRun }: UpdateSpec): string {
  const done = { upgrade: 'upgraded', downgrade: 'downgraded', disable: 'disabled' }[operation];
  const target = operation === 'disable' ? '' : ` to ${level}`;
  if (error !== null) return `${dryRun ? 'Can not' : 'Could not'} ${operation} ${name}${target}. ${error}\n`;
  return `${name} ${dryRun ? 'can be' : 'was'} ${done}${target}.\n`;
}

function mappingText(levels: readonly NamedLevel[], release: string | undefined): string {
  return levels
    .map((one) => {
      const named = releaseName(one) === null ? '' : ` (${release ?? releaseName(one)})`;
      return `${one.name}=${one.level}${named}\n`;
    })
    .join('');
}

function dependenciesText(all: readonly FeatureDependency[]): string {
  const text = ({ name, level, release }: Omit<FeatureDependency, 'requires'>) =>
    `${name}=${level}${release === null ? '' : ` (${release})`}`;
  return all
    .map((one) => {
      if (one.requires.length === 0) return `${text(one)} has no dependencies.\n`;
      return `${text(one)} requires:\n${one.requires.map((needed) => `    ${text(needed)}\n`).join('')}`;
    })
    .join('');
}

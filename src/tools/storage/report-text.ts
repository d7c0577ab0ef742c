import { type MetadataRecord, metaPropertiesText } from '../../broker/cluster/index.ts';
import { type FeatureDependencies, type FeatureLevel } from './feature-levels.ts';
import { type FormattedStorage } from './format-storage.ts';
import { type StorageInfo } from './storage-info.ts';

/** Lines of `kafka-storage format`. */
export function formattedText({ unreadable, directories, metadataVersion, bootstrap }: FormattedStorage): string {
  const passed = unreadable.map((path) => `I/O error trying to read log directory ${path}. Ignoring...`);
  const { level, release } = metadataVersion;
  const done =
    directories.length === 0
      ? ['All of the log directories are already formatted.']
      : [
          `Bootstrap metadata: ${bootstrapText(bootstrap, level)}`,
          ...directories.map(
            ({ path, kind }) => `Formatting ${kind} directory ${path} with metadata.version ${release}.`,
          ),
        ];
  return lines([...passed, ...done]);
}

/** The first metadata as Java prints its BootstrapMetadata. */
function bootstrapText(records: readonly MetadataRecord[], metadataVersion: number): string {
  const texts = records.map((one) => `ApiMessageAndVersion(${recordText(one)} at version ${one.version})`);
  return `BootstrapMetadata(records=[${texts.join(', ')}], metadataVersionLevel=${metadataVersion}, source=format command)`;
}

function recordText({ table, value }: MetadataRecord): string {
  const fields = Object.entries(value as Record<string, unknown>).map(([name, one]) => `${name}=${javaText(one)}`);
  return `${table.name}(${fields.join(', ')})`;
}

/** Bytes print as Java's signed ones. */
function javaText(value: unknown): string {
  if (Buffer.isBuffer(value)) return `[${[...new Int8Array(value)].join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}

/** Lines of `kafka-storage info`: each list ends with an empty line. */
export function infoText({ directories, metadata, problems }: StorageInfo): string {
  const list = (title: string, entries: readonly string[]) =>
    entries.length === 0 ? '' : lines([`${title}:`, ...entries.map((entry) => `  ${entry}`), '']);
  return (
    list(directories.length === 1 ? 'Found log directory' : 'Found log directories', directories) +
    (metadata === null ? '' : lines([`Found metadata: ${metaPropertiesText(metadata)}`, ''])) +
    list(problems.length === 1 ? 'Found problem' : 'Found problems', problems)
  );
}

/** Lines of `kafka-storage version-mapping`; the first level is named as it was asked for. */
export function mappingText(levels: readonly FeatureLevel[], release: string | undefined): string {
  return lines(levels.map((one, index) => levelText(one) + (index === 0 ? ` (${release ?? '4.3-IV0'})` : '')));
}

/** Lines of `kafka-storage feature-dependencies`. */
export function dependenciesText(all: readonly FeatureDependencies[]): string {
  return lines(
    all.flatMap((one) => {
      if (one.requires.length === 0) return [`${namedLevel(one)} has no dependencies.`];
      return [`${namedLevel(one)} requires:`, ...one.requires.map((needed) => `    ${namedLevel(needed)}`)];
    }),
  );
}

function levelText({ name, level }: FeatureLevel): string {
  return `${name}=${level}`;
}

function namedLevel(one: FeatureLevel & { readonly release: string | null }): string {
  return one.release === null ? levelText(one) : `${levelText(one)} (${one.release})`;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

import { type ConfigEntry } from '../../client/admin/configs.ts';
import { doubleText } from '../../util/config-values.ts';
import { type QuotaReport } from './describe-quotas.ts';

/** One configuration as Kafka's tool prints it. */
export function configLine({ name, value, isSensitive, synonyms }: ConfigEntry): string {
  const list = synonyms.map((one) => `${one.source}:${one.name}=${one.value}`).join(', ');
  return `  ${name}=${value} sensitive=${isSensitive} synonyms={${list}}\n`;
}

const ENTITY_WORDS = [
  ['user', 'user-principal'],
  ['client-id', 'client-id'],
  ['ip', 'ip'],
] as const;

/** The quotas of one entity as Kafka's tool prints them. */
export function quotaLine({ entity, quotas }: QuotaReport): string {
  const whom = ENTITY_WORDS.flatMap(([type, word]) => {
    const name = entity[type];
    if (name === undefined) return [];
    return [name === null ? `the default ${word}` : `${word} '${name}'`];
  });
  const values = Object.entries(quotas).map(([key, value]) => `${key}=${doubleText(value)}`);
  return `Quota configs for ${whom.join(', ')} are ${values.join(', ')}\n`;
}

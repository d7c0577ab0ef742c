import { readFile } from 'node:fs/promises';
import { addRaftVoter, type NewVoter, type VoterEndpoint } from '../../client/admin/quorum.ts';
import { JavaError } from '../../util/java-error.ts';
import { parseJavaProperties } from '../../util/java-properties.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { executionFailure, failingAs } from '../java-failures.ts';
import { readPropertiesFile } from '../property-sources.ts';
import { endpointText, terse } from './describe.ts';

export interface NewController extends NewVoter {
  readonly endpointsText: string;
}

const INT = /^[-+]?[0-9]{1,10}$/;
const DOUBT = 'Is this a valid controller configuration file?';

/** What the properties of a controller say about it as a voter. Throws JavaError in the words of Kafka's tool. */
export async function readController(configFile: string): Promise<NewController> {
  const properties = await readPropertiesFile(configFile);
  const voterId = nodeId(properties);
  if (!listOf(properties.get('process.roles')).includes('controller')) {
    throw terse(`process.roles did not contain 'controller' in configuration file. ${DOUBT}`);
  }
  const directoryId = await directoryIdIn(metadataDirectory(properties));
  const endpoints = controllerEndpoints(properties);
  return { voterId, directoryId, endpoints, endpointsText: endpoints.map(endpointText).join(', ') };
}

export function addController(address: ClusterAddress, controller: NewVoter, context: ToolContext): Promise<void> {
  return withSession(address, context, (cluster) =>
    failingAs(executionFailure, () => addRaftVoter(cluster, controller)),
  );
}

function listOf(text = ''): string[] {
  return text.split(',').map((one) => one.trim());
}

function nodeId(properties: ReadonlyMap<string, string>): number {
  const text = properties.get('node.id');
  if (text === undefined) throw terse(`node.id not found in configuration file. ${DOUBT}`);
  if (!INT.test(text)) throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`);
  if (Number(text) < 0) throw terse(`node.id was negative in configuration file. ${DOUBT}`);
  return Number(text);
}

function metadataDirectory(properties: ReadonlyMap<string, string>): string {
  const directory = properties.get('metadata.log.dir') ?? listOf(properties.get('log.dirs'))[0];
  if (directory) return directory;
  throw terse(`Neither metadata.log.dir nor log.dirs were found. ${DOUBT}`);
}

async function directoryIdIn(directory: string): Promise<string> {
  let content: Buffer;
  try {
    content = await readFile(`${directory}/meta.properties`);
  } catch {
    // Whatever the reason is, Kafka's tool has one sentence for it.
    throw terse(`Unable to read meta.properties from ${directory}`);
  }
  const id = parseJavaProperties(content).get('directory.id');
  if (id === undefined) throw terse(`No directory id found in ${directory}`);
  return id;
}

/** The addresses of the controller listeners: what is advertised for them, else where they listen. */
function controllerEndpoints(properties: ReadonlyMap<string, string>): VoterEndpoint[] {
  const listeners = new Map<string, VoterEndpoint>();
  for (const name of ['listeners', 'advertised.listeners']) {
    for (const text of listOf(properties.get(name))) {
      const parts = /^([^:]+):\/\/\[?([0-9a-zA-Z\-%._:]*?)\]?:(-?[0-9]+)$/.exec(text);
      if (parts) listeners.set(parts[1]!, { name: parts[1]!, host: parts[2] || 'localhost', port: Number(parts[3]) });
    }
  }
  const names = properties.get('controller.listener.names');
  if (names === undefined) throw terse(`controller.listener.names was not found. ${DOUBT}`);
  return listOf(names).map((name) => {
    const found = listeners.get(name);
    if (!found) throw terse(`Cannot find information about controller listener name: ${name}`);
    return found;
  });
}

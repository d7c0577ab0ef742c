import { type Face } from '../face/face.ts';
import { differs } from '../face/face-differences.ts';
import { type Options } from './options.ts';

/** Which cluster an admin tool speaks to, by the options that most of them have; read in the order in which Kafka's tools read them. */
export function clusterAddress({ options, face }: { readonly options: Options; readonly face: Face }) {
  const text = (name: string) => options.value(name) as string | undefined;
  return {
    bootstrapServers: text('bootstrap-server'),
    bootstrapControllers: text('bootstrap-controller'),
    configFile: text('command-config'),
    connectPatienceMs: differs('connectPatienceMs', face.name),
  };
}

// The registry of dubbo2.js, a real consumer: providers announce themselves as ephemeral nodes, and it learns who is there.
import { createRequire } from 'node:module';
import zookeeper from 'node-zookeeper-client';
import { call, close, connect, order, place, say, scenario, step, waitFor } from './steps.mjs';

const { ZkRegistry } = createRequire(import.meta.url)('dubbo2.js/es7/zookeeper');
const SERVICE = 'com.example.Greeter';
const PROVIDERS = `/dubbo/${SERVICE}/providers`;

function announcement(host, port) {
  return `${PROVIDERS}/${encodeURIComponent(`dubbo://${host}:${port}/${SERVICE}?anyhost=true&application=greeter&dubbo=2.6.1&` +
    `interface=${SERVICE}&methods=greet&side=provider&version=1.0.0`)}`;
}

/** A provider as Dubbo has them: its session is its life. */
async function provider(host, port) {
  const client = await connect();
  await step(`discovery provider ${host} announces itself`, async () =>
    decodeURIComponent(await call(client, 'create', announcement(host, port), zookeeper.CreateMode.EPHEMERAL)));
  return client;
}

scenario('dubbo');
const operator = await connect({ where: place.direct });
await call(operator, 'mkdirp', PROVIDERS);
const first = await provider('10.0.0.1', 20880);
const seen = [];
let now = '';
const registry = ZkRegistry.from({
  zkRoot: 'dubbo',
  register: place.endpoint,
  application: { name: 'test' },
  interfaces: [SERVICE],
  dubboSetting: { getDubboSetting: () => ({ version: '1.0.0', group: '' }) },
}).subscribe({
  onData: (agents) => {
    now = [...agents].sort().join(', ') || 'nobody';
    if (seen.at(-1) !== now) seen.push(now);
  },
  onError: () => {},
});
const knows = async (words, expected) => {
  await waitFor(() => now === expected, `${words}; it knows ${now}`);
  say(`discovery ${words}`, now);
};
await knows('the consumer finds the provider', '10.0.0.1:20880');
await waitFor(async () => (await call(operator, 'exists', `/dubbo/${SERVICE}/consumers`)) !== null, 'the consumer announces itself');
await waitFor(async () => (await call(operator, 'getChildren', `/dubbo/${SERVICE}/consumers`))[0].length === 1, 'the consumer announces itself');
say('discovery the consumer announces itself', 'done');
const second = await provider('10.0.0.2', 20880);
await knows('the consumer learns that one came', '10.0.0.1:20880, 10.0.0.2:20880');
await close(first);
await knows('the consumer learns that one died', '10.0.0.2:20880');
await order('cut');
const third = await provider('10.0.0.3', 20880);
await knows('the consumer learns that one came, after a cut', '10.0.0.2:20880, 10.0.0.3:20880');
await close(third);
await close(second);
await knows('the consumer learns that all died', 'nobody');
say('discovery what the consumer would call', registry.getAgentAddrList({ dubboInterface: SERVICE, version: '1.0.0', group: '' }).length);
process.exit(0);

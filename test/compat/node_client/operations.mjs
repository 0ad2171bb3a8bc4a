// What node-zookeeper-client can do.
import zookeeper from 'node-zookeeper-client';
import { Events, call, close, connect, order, place, say, scenario, step, waitFor } from './steps.mjs';

const { ACL, CreateMode, Permission, Id } = zookeeper;
const sorted = ([names, stat]) => [[...names].sort(), stat];

async function nodes() {
  const a = await connect();
  await step('create /n', () => call(a, 'create', '/n', Buffer.from('one')));
  await step('create /n again', () => call(a, 'create', '/n'));
  await step('create /n/a/b', () => call(a, 'create', '/n/a/b'));
  await step('create /n/s- sequential', () => call(a, 'create', '/n/s-', CreateMode.PERSISTENT_SEQUENTIAL));
  await step('create /n/e ephemeral', () => call(a, 'create', '/n/e', CreateMode.EPHEMERAL));
  await step('create /n/es- ephemeral sequential', () => call(a, 'create', '/n/es-', CreateMode.EPHEMERAL_SEQUENTIAL));
  await step('create /n/e/x', () => call(a, 'create', '/n/e/x'));
  await step('create /n/deep/er', () => call(a, 'mkdirp', '/n/deep/er'));
  await step('exists /n', () => call(a, 'exists', '/n'));
  await step('exists /none', () => call(a, 'exists', '/none'));
  await step('getData /n', () => call(a, 'getData', '/n'));
  await step('getData /n/s-0000000000', () => call(a, 'getData', '/n/s-0000000000'));
  await step('getData /none', () => call(a, 'getData', '/none'));
  await step('setData /n', () => call(a, 'setData', '/n', Buffer.from('two')));
  await step('setData /n 0', () => call(a, 'setData', '/n', Buffer.from('three'), 0));
  await step('setData /n 1', () => call(a, 'setData', '/n', Buffer.from('three'), 1));
  await step('getChildren2 /n', async () => sorted(await call(a, 'getChildren', '/n')));
  await step('getChildren2 /none', () => call(a, 'getChildren', '/none'));
  await step('delete /n', () => call(a, 'remove', '/n'));
  await step('delete /n/e 3', () => call(a, 'remove', '/n/e', 3));
  await step('delete /n/e 0', () => call(a, 'remove', '/n/e', 0));
  await step('delete /n/e again', () => call(a, 'remove', '/n/e', 0));
  await step('exists /n', () => call(a, 'exists', '/n'));
  await step('delete /n/deep and all below', () => call(a, 'removeRecursive', '/n/deep'));
  // All sent at once: the answers come in the order of the requests.
  const all = [];
  for (let number = 0; number < 50; ++number) all.push(call(a, 'create', '/burst-', CreateMode.EPHEMERAL_SEQUENTIAL));
  const made = await Promise.all(all);
  say('create of 50 at once', made.every((path, number) => number === 0 || path > made[number - 1]));
  await close(a);
}

async function transactions() {
  const a = await connect();
  await call(a, 'create', '/m');
  const commit = (words, build) => step(`multi ${words}`, () => new Promise((resolve) => {
    build(a.transaction()).commit((error, results) => resolve([error, results.map((result) => result.path ?? result.stat ?? result.err ?? result.type)]));
  }));
  await commit('of each kind', (t) => t.create('/m/a', Buffer.from('1')).setData('/m/a', Buffer.from('2'), 0).check('/m/a', 1)
    .create('/m/e', CreateMode.EPHEMERAL).remove('/m/a', 1));
  await commit('that fails', (t) => t.create('/m/b').check('/m/none').create('/m/c'));
  await step('getChildren2 /m', async () => sorted(await call(a, 'getChildren', '/m')));
  await close(a);
}

async function permissions() {
  const a = await connect();
  const b = await connect();
  a.addAuthInfo('digest', Buffer.from('ann:pw'));
  await step('create /p', () => call(a, 'create', '/p', Buffer.from('s'), ACL.CREATOR_ALL_ACL, CreateMode.PERSISTENT));
  await step('getACL /p by a', () => call(a, 'getACL', '/p'));
  await step('getACL /p by b', () => call(b, 'getACL', '/p'));
  await step('getData /p by b', () => call(b, 'getData', '/p'));
  await step('setACL /p by b', () => call(b, 'setACL', '/p', ACL.OPEN_ACL_UNSAFE));
  await step('setACL /p 4', () => call(a, 'setACL', '/p', ACL.READ_ACL_UNSAFE, 4));
  await step('setACL /p 0', () => call(a, 'setACL', '/p', [new ACL(Permission.ADMIN, new Id('auth', '')), ...ACL.READ_ACL_UNSAFE], 0));
  await step('getACL /p by b, masked', () => call(b, 'getACL', '/p'));
  await step('getData /p by b', () => call(b, 'getData', '/p'));
  await step('setData /p by a', () => call(a, 'setData', '/p', Buffer.from('x')));
  await close(a);
  await close(b);
}

async function watches() {
  const a = await connect();
  const b = await connect();
  const e = new Events();
  await step('exists /w watched', () => call(a, 'exists', '/w', e.watch));
  await step('create /w', () => call(b, 'create', '/w'));
  await e.next('exists: created');
  await step('getData /w watched', async () => (await call(a, 'getData', '/w', e.watch))[0]);
  await step('setData /w', async () => (await call(b, 'setData', '/w', Buffer.from('1'))).version);
  await e.next('getData: changed');
  await step('getChildren2 /w watched', async () => (await call(a, 'getChildren', '/w', e.watch))[0]);
  await step('create /w/x', () => call(b, 'create', '/w/x'));
  await e.next('getChildren: created');
  await step('setData /w', async () => (await call(b, 'setData', '/w', Buffer.from('2'))).version);
  await step('exists /w', async () => (await call(a, 'exists', '/w')).version);
  e.none('only once');
  await step('exists /w/x watched', async () => (await call(a, 'exists', '/w/x', e.watch)).version);
  await step('delete /w/x', () => call(b, 'remove', '/w/x'));
  await e.next('exists: deleted');
  await close(a);
  await close(b);
}

async function cutConnection() {
  const a = await connect();
  const b = await connect({ where: place.direct });
  const e = new Events();
  const created = new Events();
  await call(a, 'create', '/c');
  await call(a, 'create', '/c/e', CreateMode.EPHEMERAL);
  await call(a, 'getData', '/c', e.watch);
  await call(a, 'exists', '/c/new', created.watch);
  say('session of a', `sid:0x${a.getSessionId().toString('hex')}`);
  const gone = new Promise((resolve) => a.once('disconnected', resolve));
  await order('hold');
  await gone;
  await step('setData /c by b', async () => (await call(b, 'setData', '/c', Buffer.from('missed'))).version);
  await step('create /c/new by b', () => call(b, 'create', '/c/new'));
  const back = new Promise((resolve) => a.once('connected', resolve));
  await order('release');
  await back;
  say('session of a', `sid:0x${a.getSessionId().toString('hex')}`);
  await e.next('getData: missed meanwhile');
  await created.next('exists: missed meanwhile');
  await step('exists /c/e', () => call(a, 'exists', '/c/e'));
  await close(a);
  await step('exists /c/e when the session ended', () => call(b, 'exists', '/c/e'));
  await close(b);
}

async function sessionThatExpires() {
  const a = await connect({ sessionTimeout: 1000 });
  const b = await connect({ where: place.direct });
  await call(a, 'create', '/expires', CreateMode.EPHEMERAL);
  say('session of 1000 ms', a.getSessionTimeout());
  const expired = new Promise((resolve) => a.once('expired', () => resolve('expired')));
  await order('hold');
  await waitFor(async () => (await call(b, 'exists', '/expires')) === null, 'the session expires');
  await order('release');
  say('session of a', await expired);
  await close(b);
}

async function changedRoot() {
  const a = await connect();
  await call(a, 'create', '/base');
  const inner = await connect({ where: `${place.endpoint}/base` });
  const e = new Events();
  await step('chroot create /x', () => call(inner, 'create', '/x'));
  await step('chroot getData /x watched', async () => (await call(inner, 'getData', '/x', e.watch))[1].version);
  await step('setData /base/x', async () => (await call(a, 'setData', '/base/x', Buffer.from('1'))).version);
  await e.next('chroot: changed');
  await step('chroot create sequential', () => call(inner, 'create', '/s-', CreateMode.PERSISTENT_SEQUENTIAL));
  await step('chroot getChildren', async () => sorted(await call(inner, 'getChildren', '/'))[0]);
  await close(inner);
  await close(a);
}

for (const [name, run] of Object.entries({ nodes, transactions, permissions, watches, 'a cut connection': cutConnection,
  'a session that expires': sessionThatExpires, 'a changed root': changedRoot })) {
  scenario(name);
  await run();
}
process.exit(0);

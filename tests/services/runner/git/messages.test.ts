import t from 'tap'
import { parseAddress } from '../../../../services/runner/git/address.ts'
import { fetchFailure } from '../../../../services/runner/git/fetch-failure.ts'
import { publicMessage, withoutCredentials } from '../../../../services/runner/git/public-message.ts'
import { parseRemoteHead } from '../../../../services/runner/git/remote-head.ts'

t.test('which addresses git is given', async t => {
  for (const [url, transports] of [
    ['https://example.org/a.git', 'https:ssh:git'],
    ['ssh://git@example.org:22/a', 'https:ssh:git'],
    ['git://127.0.0.1:9418/a', 'https:ssh:git'],
    ['git@example.org:a/b.git', 'https:ssh:git'],
    ['/srv/a', 'file'],
  ] as const)
    t.match(parseAddress(url), { allowed: true, url, transports }, url)
  for (const url of [
    '',
    'http://example.org/a',
    'file:///srv/a',
    'ext::sh -c true',
    'a@b::c',
    'fd::3',
    '-x',
    '--upload-pack=x',
    'ssh://-oProxyCommand=x/a',
    'https://',
    'git@-x:a',
    '-x@host:a',
    'git@host:-x',
    'relative/path',
    '../path',
  ])
    t.match(parseAddress(url), { allowed: false }, url)
})

t.test('credentials are never told', async t => {
  for (const [text, told] of [
    ['https://name:secret@host/a', 'https://host/a'],
    ["repository 'https://token@host/a/' not found", "repository 'https://host/a/' not found"],
    ['https://na@me:se@cret@host/a', 'https://host/a'],
    ['ssh://git@host/a and https://x:y@host2/', 'ssh://host/a and https://host2/'],
    ['https://host/a@b', 'https://host/a@b'],
    ['git@host:a', 'git@host:a'],
  ] as const)
    t.equal(withoutCredentials(text), told)
})

t.test('what is told of what git said', async t => {
  const stderr = [
    'remote: Enumerating objects: 5, done.',
    'Receiving objects:  50% (1/2)\rReceiving objects: 100% (2/2)',
    'From https://u:p@host/a',
    "fatal: unable to access 'https://u:p@host/a/': Could not resolve host: host",
    'error: /srv/data/repositories/x.git: broken',
    'error: /srv/data/repositories/x.git: broken',
    '',
  ].join('\n')
  t.equal(
    publicMessage(stderr, '/srv/data'),
    "unable to access 'https://host/a/': Could not resolve host: host; …/repositories/x.git: broken",
  )
  t.equal(publicMessage('', '/x'), 'git said nothing')
  t.ok(publicMessage('x'.repeat(10_000), '/y').length < 700)
})

t.test('why a fetch failed', async t => {
  const failed = (stderr: string) => fetchFailure({ kind: 'failed', code: 128, stderr }, '/data').reason
  t.equal(failed("fatal: '/x' does not appear to be a git repository"), 'not_a_repository')
  t.equal(failed("fatal: repository 'https://host/x/' not found"), 'not_a_repository')
  t.equal(failed('fatal: remote error: access denied or repository not exported: /x'), 'not_a_repository')
  t.equal(failed("fatal: unable to access 'https://h/': Could not resolve host: h"), 'unreachable')
  t.equal(failed('ssh: connect to host h port 22: Connection timed out'), 'timed_out')
  t.equal(
    failed("fatal: could not read Username for 'https://h': terminal prompts disabled"),
    'access_denied',
  )
  t.equal(fetchFailure({ kind: 'timed_out', stderr: '' }, '/data').reason, 'timed_out')
})

t.test('where the HEAD of a remote leads', async t => {
  const id = 'a'.repeat(40)
  t.same(parseRemoteHead(`ref: refs/heads/topic/x\tHEAD\n${id}\tHEAD\n`), { branch: 'topic/x', exists: true })
  t.same(parseRemoteHead(`${id}\tHEAD\n`), { branch: null, exists: true }, 'detached')
  t.same(parseRemoteHead(''), { branch: null, exists: false }, 'empty')
  t.same(parseRemoteHead(`${id}\trefs/remotes/origin/HEAD\n`), { branch: null, exists: false })
})

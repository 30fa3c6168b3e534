import t from 'tap'
import { parseRepositoryAddress } from '../../../services/contract/repository-address.ts'

const schemes = ['https', 'ssh', 'git']

const accepted = [
  { text: 'https://github.com/owner/demo.git', name: 'demo' },
  { text: 'https://host:8443/a/b/c', name: 'c' },
  { text: 'ssh://git@host:22/owner/demo.git', name: 'demo' },
  { text: 'ssh://host/~user/demo', name: 'demo' },
  { text: 'git://host/demo.git', name: 'demo' },
  { text: 'git@github.com:owner/demo.git', name: 'demo' },
  { text: 'user.name@[::1]:demo', name: 'demo' },
  { text: 'https://host/%20odd%20', name: undefined },
]
for (const { text, name } of accepted)
  t.test(`${text} is fetched as it stands, and called ${name}`, t => {
    t.same(parseRepositoryAddress(text, schemes), { kind: 'remote', url: text, name })
    t.end()
  })

t.test('a scheme is written as git knows it', async t => {
  t.same(parseRepositoryAddress('HTTPS://Host/Demo', schemes), {
    kind: 'remote',
    url: 'https://Host/Demo',
    name: 'Demo',
  })
})

const paths = [
  { text: '/srv/repos/demo.git', path: '/srv/repos/demo.git', name: 'demo' },
  { text: '/srv/repos/demo/', path: '/srv/repos/demo', name: 'demo' },
  { text: '/srv/repos/demo/.git', path: '/srv/repos/demo/.git', name: 'demo' },
  { text: '/srv/../etc//demo', path: '/etc/demo', name: 'demo' },
  { text: '/home/a b/My Projects/demo', path: '/home/a b/My Projects/demo', name: 'demo' },
  { text: '/', path: '/', name: undefined },
]
for (const { text, path, name } of paths)
  t.test(`${text} is the path ${path}`, t => {
    t.same(parseRepositoryAddress(text, schemes), { kind: 'path', path, name })
    t.end()
  })

const refused = [
  { text: 'http://host/demo', message: /https:\/\/, ssh:\/\/, git:\/\// },
  { text: 'file:///srv/demo', message: /https:\/\/, ssh:\/\/, git:\/\// },
  { text: 'ftp://host/demo', message: /https/ },
  { text: 'ext::sh -c id', message: /blank/ },
  { text: 'ext::id', message: /https/ },
  { text: 'fd::17/x', message: /https/ },
  { text: '--upload-pack=id', message: /"-"/ },
  { text: '-oProxyCommand=id', message: /"-"/ },
  { text: 'ssh://-oProxyCommand=id/x', message: /"-"/ },
  { text: 'ssh://-x@host/demo', message: /"-"/ },
  { text: 'git@-host:demo', message: /https/ },
  { text: 'git@host:-demo', message: /https/ },
  { text: 'git@host::demo', message: /https/ },
  { text: 'host:demo', message: /https/ },
  { text: 'demo', message: /absolute/ },
  { text: './demo', message: /absolute/ },
  { text: '../demo', message: /absolute/ },
  { text: '~/demo', message: /absolute/ },
  { text: 'https://', message: /host/ },
  { text: 'https:///', message: /host/ },
  { text: 'https://host', message: /path/ },
  { text: 'https://host/demo?private_token=hunter2', message: /"\?"/ },
  { text: 'https://host/demo#hunter2', message: /"#"/ },
  { text: 'https://host/de mo', message: /blank/ },
  { text: 'https://host/demo\n--x', message: /control character/ },
  { text: '/srv/demo\n--x', message: /control character/ },
  { text: 'https://host\\@other/demo', message: /backslash/ },
  { text: 'https://user:hunter2@host/demo', message: /git help credential/ },
  { text: 'https://hunter2@host/demo', message: /git help credential/ },
  { text: 'ssh://user:hunter2@host/demo', message: /git help credential/ },
  { text: 'git://hunter2@host/demo', message: /git help credential/ },
]
for (const { text, message } of refused)
  t.test(`${JSON.stringify(text)} is refused`, t => {
    const address = parseRepositoryAddress(text, schemes)
    t.match(address, { kind: 'refused', message })
    t.notMatch(JSON.stringify(address), /hunter2/, 'nothing of it is repeated')
    t.end()
  })

t.test('only schemes that the configuration allows', t => {
  t.match(parseRepositoryAddress('git@host:demo', ['https']), { kind: 'refused', message: /https:\/\/$/ })
  t.match(parseRepositoryAddress('ssh://host/demo', ['https']), { kind: 'refused' })
  t.end()
})

import t from 'tap'
import { declaredApps } from '../../config/apps.ts'
import { ownRoot } from '../../config/workspace.ts'
import { createWorkspace } from './rig.ts'

t.test('the shipped apps are valid', async t => {
  t.doesNotThrow(() => declaredApps(ownRoot))
})

t.test('a local file adds apps, changes keys of shipped ones and switches them off', async t => {
  const { root, write } = createWorkspace(t)
  write(
    'apps.toml',
    '[apps.files]\ncommand = ["f", "{socket}"]\nidle_seconds = 5\n[apps.off]\ncommand = ["o", "{port}"]\n',
  )
  write(
    'apps.local.toml',
    '[apps.files]\nready = "/health"\n[apps.off]\nenabled = false\n[apps.mine]\ncommand = ["m"]\nenvironment = { PORT = "{port}" }\n',
  )
  const apps = declaredApps(root)
  t.same([...apps.keys()], ['files', 'mine'])
  t.match(apps.get('files'), {
    command: ['f', '{socket}'],
    idle_seconds: 5,
    ready: '/health',
    ready_seconds: 30,
  })
  t.same(apps.get('mine')?.environment, { PORT: '{port}' })
})

t.test('without the files there are none', async t => {
  const { root } = createWorkspace(t)
  t.equal(declaredApps(root).size, 0)
})

t.test('what is wrong is told with its place, all at once', async t => {
  const { root, write } = createWorkspace(t)
  const wrong = (text: string) => {
    write('apps.local.toml', text)
    try {
      declaredApps(root)
      return 'nothing'
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }
  const message = wrong(
    '[apps.files]\ncommand = ["f", "{sockt}"]\nidle_second = 3\nready = "x"\n[apps."a--b"]\ncommand = ["x", "{port}"]\n[app.z]\n',
  )
  t.match(message, 'config/apps.local.toml:2: command.1: {sockt} is filled in by nothing: {socket}, {port},')
  t.match(message, 'config/apps.local.toml:3: unknown key idle_second; did you mean "idle_seconds"?')
  t.match(message, 'config/apps.local.toml:4: ready: expected a path such as "/", or nothing')
  t.match(message, 'config/apps.local.toml:5: a--b is no name of an app')
  t.match(message, 'unknown key app: each app is a table [apps.NAME]')
  t.match(wrong('[apps.files]\ncommand = ["f"]\n'), '[apps.files] command: expected {socket} or {port} in it')
  t.match(wrong('[apps.files]\ncommand = ["f", "{port}", "{socket}"]\n'), 'not both')
  t.match(wrong('[apps.files]\nready = "/"\n'), '[apps.files] command:')
  t.match(wrong('apps = 3\n'), 'unknown key apps: each app is a table')
})

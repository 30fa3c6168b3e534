import t from 'tap'
import { readConfiguration } from '../../config/configuration.ts'
import { keys } from '../../config/keys.ts'
import { shownDocument, shownKeys } from '../../config/show.ts'
import { shownValue, valueText } from '../../config/value-text.ts'
import { createWorkspace } from './rig.ts'

t.test('every key is shown with the value that counts, and where it comes from', async t => {
  const { root, write } = createWorkspace(t)
  write('server.local.toml', '[api]\nport = 1\n')
  write('bootstrap.local.toml', '[environment]\nconda_installer_url = "https://me:secret@host/x.sh"\n')
  const shown = shownKeys(readConfiguration(root, { DEBUG_SERVER__REQUIRED_BINARIES: 'git,make' }))
  t.same(
    shown.map(({ key }) => key),
    keys.map(({ name }) => name),
  )
  const server = shownDocument(shown, 'server')
  t.same(server['api.port'], { value: 1, from: 'config/server.local.toml:2', by: 'local' })
  t.same(server['api.host'], { value: '127.0.0.1', from: 'default', by: 'default' })
  const bootstrap = shownDocument(shown, 'bootstrap')
  t.same(bootstrap.required_binaries, {
    value: ['git', 'make'],
    from: 'DEBUG_SERVER__REQUIRED_BINARIES',
    by: 'environment',
  })
  t.same(bootstrap['environment.use_conda'], { value: null, from: 'default', by: 'default' })
  t.equal(bootstrap['environment.conda_installer_url']?.value, 'https://****@host/x.sh')
})

t.test('values as they are written, without secrets', async t => {
  const cases: [value: unknown, text: string][] = [
    ['a "b"', '"a \\"b\\""'],
    [['x', 1], '["x", 1]'],
    [1.5, '1.5'],
    [true, 'true'],
    ['x'.repeat(500), `"${'x'.repeat(199)}…`],
    ['https://me:pw@host', '"https://****@host"'],
  ]
  for (const [value, text] of cases) t.equal(valueText(value, false, true), text)
  t.equal(valueText('x', true, true), '****')
  t.equal(valueText('x', 'wrong', true), '"x"')
  t.equal(valueText('x', 'wrong', false), '****')
  t.equal(shownValue('x', true), '****')
  t.equal(shownValue('x', 'wrong'), 'x')
})

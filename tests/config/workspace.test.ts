import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../config/workspace.ts'
import { createWorkspace } from './rig.ts'

t.test('the store is where DEBUG_SERVER_DB_URL says', async t => {
  const { root } = createWorkspace(t)
  const at = (url?: string) => openWorkspace(root, { DEBUG_SERVER_DB_URL: url }).storeFile
  t.equal(at(), join(root, '.artifacts/data/metadata.db'))
  t.equal(at('sqlite:other.db'), join(root, 'other.db'))
  t.equal(at('sqlite:/var/x.db'), '/var/x.db')
  t.equal(at('sqlite:///var/x.db'), '/var/x.db')
  t.throws(() => at('postgres://user:secret@host/db'), {
    name: 'UserError',
    message: /which is no SQLite address/,
  })
  for (const url of ['postgres://user:secret@host/db', 'postgres://user:pass/secret@host/db'])
    t.throws(() => at(url), { message: /^(?!.*secret)/ })
})

t.test('places that settings name are absolute, from the workspace', async t => {
  const { root, write } = createWorkspace(t)
  write(
    'bootstrap.local.toml',
    `[environment]
conda_install_path = "~/conda"
conda_command = "$TOOLS/mamba"
[repository]
path = ".."
[storage]
data_dir = "$SCRATCH/data"
`,
  )
  const environment = { HOME: '/home/me', SCRATCH: '/scratch', TOOLS: '/opt' }
  t.match(openWorkspace(root, environment), {
    repository: join(root, '..'),
    dataDirectory: '/scratch/data',
    storeFile: join(root, '.artifacts/data/metadata.db'),
    condaInstallPath: '/home/me/conda',
    condaEnvironmentFile: join(root, 'config/environment.yml'),
    condaCommand: '/opt/mamba',
  })
  t.equal(openWorkspace(root, { ...environment, TOOLS: '/usr' }).condaCommand, '/usr/mamba')
})

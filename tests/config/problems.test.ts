import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { createWorkspace } from './rig.ts'

/** Local files of the two documents, and what is told of them; `N:` stands for the file and the line. */
const files: Record<string, [document: 'bootstrap' | 'server', text: string, problems: string[]]> = {
  'an unknown key': ['server', '[api]\n\nprot = 1', ['3: unknown key api.prot; did you mean api.port?']],
  'an unknown key that is near to none': ['server', 'zzzzzzzzzz = 1', ['1: unknown key zzzzzzzzzz']],
  'an unknown section': ['server', '[apii]\nport = 1', ['1: unknown section [apii]; did you mean [api]?']],
  'an unknown section without keys': [
    'server',
    '[runer]',
    ['1: unknown section [runer]; did you mean [runner]?'],
  ],
  'a section of the other document': [
    'bootstrap',
    '[api]\nport = 1',
    ['1: [api] belongs in config/server.local.toml'],
  ],
  'a key at the top that has a section': [
    'server',
    'port = 1',
    ['1: unknown key port; port stands under [api] or [proxy] or [proxy.tls]'],
  ],
  "the seed's mistake: a key of the top under a section": [
    'bootstrap',
    '[auth]\ntoken_environment_variable = "T"\nrequired_binaries = ["git"]',
    [
      '3: unknown key auth.required_binaries; required_binaries stands at the top, before the first [section]',
    ],
  ],
  'a key under a section that has one of its own': [
    'server',
    '[api]\nslots = 1',
    ['2: unknown key api.slots; slots stands under [runner]'],
  ],
  'a key that the other document has': [
    'bootstrap',
    '[environment]\nslots = 1',
    ['2: unknown key environment.slots; slots stands under [runner], in config/server.local.toml'],
  ],
  'an address that is none, with a password that is not shown': [
    'bootstrap',
    '[environment]\nconda_installer_url = "ftp://me:s3/cr@t@host/x.sh"',
    [
      '2: environment.conda_installer_url = "ftp://****@host/x.sh": expected an address that begins with https://, or nothing',
    ],
  ],
  'a name of the seed that is gone': [
    'bootstrap',
    '[repository]\nmirror_path = "."',
    ['2: unknown key repository.mirror_path; it is called repository.path now'],
  ],
  'a quoted key with a dot in it': [
    'server',
    '"api.port" = 1',
    ['1: unknown key "api.port"; did you mean api.port?'],
  ],
  'names that objects have': [
    'server',
    '__proto__ = 1\n[constructor]',
    ['1: unknown key __proto__', '2: unknown section [constructor]'],
  ],
  'a number out of its range': [
    'server',
    '[api]\nport = 65536',
    ['2: api.port = 65536: expected a whole number from 0 to 65535'],
  ],
  'a number that has to be whole': [
    'server',
    '[runner]\nslots = 1.5',
    ['2: runner.slots = 1.5: expected a whole number from 1 to 1000'],
  ],
  'a number above another': [
    'server',
    'services.ready_seconds = 0',
    ['1: services.ready_seconds = 0: expected a number above 0, up to 600'],
  ],
  'a number that is none': [
    'server',
    'runner.grace_seconds = nan',
    ['1: runner.grace_seconds = NaN: expected a number from 0 to 600'],
  ],
  'an address that is no origin': [
    'server',
    '[api]\nallowed_origins = ["https://dash.example.org/"]',
    [
      '2: api.allowed_origins = ["https://dash.example.org/"]: expected web origins such as ["https://dash.example.org"]',
    ],
  ],
  'a number without an upper end': [
    'bootstrap',
    'storage.minimum_free_megabytes = -1',
    ['1: storage.minimum_free_megabytes = -1: expected a whole number from 0 upwards'],
  ],
  'a number for a text': [
    'bootstrap',
    '[environment]\npython_version = 3.11',
    ['2: environment.python_version = 3.11: expected a version such as "3.11", in quotes'],
  ],
  'a text for a switch': [
    'bootstrap',
    'repository.submodules = "no"',
    ['1: repository.submodules = "no": expected true or false'],
  ],
  'one of a few': [
    'bootstrap',
    '[environment]\nmanager = "mamba"',
    ['2: environment.manager = "mamba": expected "auto", "conda", "venv" or "none"'],
  ],
  'a list with one that is wrong': [
    'server',
    '[repositories]\nschemes = [\n  "https",\n  "ftp",\n]',
    [
      '2: repositories.schemes = ["https", "ftp"]: expected a list in brackets, each of it "https", "ssh" or "git"',
    ],
  ],
  'a text for a list': [
    'bootstrap',
    'required_binaries = "git"',
    ['1: required_binaries = "git": expected a list in brackets, each of it a text that is not empty'],
  ],
  'an empty text': ['server', '[api]\nhost = ""', ['2: api.host = "": expected a text that is not empty']],
  'a date': [
    'server',
    '[api]\nport = 2026-01-01T00:00:00Z',
    ['2: api.port = 2026-01-01T00:00:00.000Z: expected a whole number from 0 to 65535'],
  ],
  'a value for a section, which may be a secret': [
    'bootstrap',
    'auth = "abc"',
    ['1: auth = ****: expected a section, [auth]'],
  ],
  'a section for a key': [
    'bootstrap',
    '[required_binaries]\ngit = true',
    ['1: required_binaries = {"git":true}: expected a list in brackets, each of it a text that is not empty'],
  ],
  'tables for a section': ['server', '[[api]]\nport = 1', ['1: api = ****: expected a section, [api]']],
  'a key inside an inline table': [
    'server',
    'api = { host = "::1", port = -1 }',
    ['1: api.port = -1: expected a whole number from 0 to 65535'],
  ],
  'a token where the name of its variable belongs': [
    'bootstrap',
    'auth.token_environment_variable = "dbg-0123"',
    [
      '1: auth.token_environment_variable = ****: expected the name of an environment variable, not the token itself',
    ],
  ],
  'a password in an address': [
    'bootstrap',
    'environment.manager = "https://me:secret@host/x"',
    ['1: environment.manager = "https://****@host/x": expected "auto", "conda", "venv" or "none"'],
  ],
  'an environment that would lie elsewhere': [
    'bootstrap',
    '[environment]\nname = "../else"',
    [
      '2: environment.name = "../else": expected the name of a directory: letters, digits, ".", "_" and "-", and no "." in front',
    ],
  ],
  'a variable that is not set': [
    'bootstrap',
    '[storage]\ndata_dir = "$DS_NOWHERE/data"',
    ['2: storage.data_dir = "$DS_NOWHERE/data": the variable DS_NOWHERE is not set'],
  ],
  "another user's home": [
    'bootstrap',
    'storage.data_dir = "~bob/data"',
    [
      '1: storage.data_dir = "~bob/data": "~bob" is not expanded; write the whole path, or ~ for your own home',
    ],
  ],
  'two ways to say the manager that contradict': [
    'bootstrap',
    '[environment]\nmanager = "conda"\nuse_conda = false',
    [
      '3: environment.use_conda = false means the manager "venv", but environment.manager = "conda" at config/bootstrap.local.toml:2; remove one of them',
    ],
  ],
  'everything at once': [
    'server',
    '[api]\nport = "x"\n[proxi]\n[runner]\nslot = 1\n',
    [
      '2: api.port = "x": expected a whole number from 0 to 65535',
      '3: unknown section [proxi]; did you mean [proxy]?',
      '5: unknown key runner.slot; did you mean runner.slots?',
    ],
  ],
  'text that is no TOML': [
    'server',
    '[api]\nhost = localhost',
    [
      '2:8: cannot be read as TOML: "l" cannot stand here; expected a number, true, false, "a text in quotes" or [a, list]\n      host = localhost',
    ],
  ],
  'a quote that is not closed': [
    'server',
    '[api]\nhost = "x\nport = 1',
    ['2:10: cannot be read as TOML: the line ends too early\n      host = "x'],
  ],
  'a file that was cut off': [
    'server',
    'x = [1,',
    [
      '1:8: cannot be read as TOML: the file ends too early; expected a number, true, false, "a text in quotes" or [a, list]\n      x = [1,',
    ],
  ],
  'a line that may hold a secret': [
    'server',
    'api_token = abc',
    [
      '1:13: cannot be read as TOML: "a" cannot stand here; expected a number, true, false, "a text in quotes" or [a, list]\n      api_token = ****',
    ],
  ],
  'a key that is there twice': [
    'server',
    '[api]\nport = 1\nport = 2',
    ['3:1: api.port is there a second time; the first is in line 2\n      port = 2'],
  ],
  'a section that is there twice': [
    'server',
    '[api]\n[proxy]\n[api]',
    ['3:1: api is there a second time; the first is in line 1\n      [api]'],
  ],
  'a number that cannot be counted to': [
    'server',
    'x = 99999999999999999999',
    [
      '1:5: cannot be read as TOML: Integer literal is outside the 64-bit signed integer range required by TOML.\n      x = 99999999999999999999',
    ],
  ],
  'Windows line ends and a byte order mark': [
    'server',
    '\uFEFF[api]\r\nport = 1\r\nhots = "x"\r\n',
    ['3: unknown key api.hots; did you mean api.host?'],
  ],
  nothing: ['server', '', []],
}

for (const [name, [document, text, problems]] of Object.entries(files))
  t.test(name, async t => {
    const workspace = createWorkspace(t)
    workspace.write(`${document}.local.toml`, text)
    t.same(
      workspace.problems(),
      problems.map(problem => `config/${document}.local.toml:${problem}`),
    )
  })

const variables: Record<string, [text: string, problem: string | undefined]> = {
  DEBUG_SERVER__API__PORT: ['many', '"many": expected a whole number from 0 to 65535'],
  DEBUG_SERVER__REPOSITORY__SUBMODULES: ['1', '1: expected true or false'],
  DEBUG_SERVER__REPOSITORIES__SCHEMES: [
    'https,ftp',
    '["https", "ftp"]: expected a list in brackets, each of it "https", "ssh" or "git"',
  ],
  DEBUG_SERVER__REQUIRED_BINARIES: [
    '[',
    '"[": expected a list in brackets, each of it a text that is not empty',
  ],
  DEBUG_SERVER__STORAGE__DATA_DIR: ['$', '"$": "$" begins no name of a variable; write $$ for the character'],
  DEBUG_SERVER__API__PROT: ['1', 'no setting has this name; did you mean DEBUG_SERVER__API__PORT?'],
  DEBUG_SERVER__APIS__PORT: ['1', 'no setting has this name; did you mean DEBUG_SERVER__API__PORT?'],
  DEBUG_SERVER__api__port: ['1', 'no setting has this name; did you mean DEBUG_SERVER__API__PORT?'],
  DEBUG_SERVER__API: ['{}', 'it names the section [api]; name one of its keys: DEBUG_SERVER__API__KEY'],
  DEBUG_SERVER__: ['1', 'no setting has this name; see config/*.toml'],
  DEBUG_SERVER__NOT_SET_: ['', undefined],
  DEBUG_SERVER_HOME: ['/tmp', undefined],
  DEBUG_SERVER_API_PORT: ['1', undefined],
}

for (const [name, [text, problem]] of Object.entries(variables))
  t.test(`the variable ${name}=${text}`, async t => {
    const { problems } = createWorkspace(t)
    t.same(problems({ [name]: text }), problem === undefined ? [] : [`${name}: ${problem}`])
  })

t.test('a key that is wrong is told, also where something overrides it', async t => {
  const { write, problems } = createWorkspace(t)
  write('server.local.toml', '[api]\nport = "x"')
  t.equal(problems({ DEBUG_SERVER__API__PORT: '1' }).length, 1)
})

t.test('managers contradict across layers, but not what the project ships', async t => {
  const { write, problems } = createWorkspace(t)
  write('bootstrap.toml', '[environment]\nmanager = "auto"')
  write('bootstrap.local.toml', '[environment]\nuse_conda = true')
  t.same(problems(), [])
  t.same(problems({ DEBUG_SERVER__ENVIRONMENT__MANAGER: 'conda' }), [], 'it is what use_conda means')
  t.same(problems({ DEBUG_SERVER__ENVIRONMENT__MANAGER: 'auto' }), [
    'config/bootstrap.local.toml:2: environment.use_conda = true means the manager "conda", but environment.manager = "auto" at DEBUG_SERVER__ENVIRONMENT__MANAGER; remove one of them',
  ])
})

t.test('files that cannot be read', async t => {
  const { root, write, problems } = createWorkspace(t)
  const config = join(root, 'config')
  const latin1 = write('latin1.toml', Buffer.from('# ok\n[api]\nhost = "caf\xe9"\n', 'latin1'))
  const utf16 = write('utf16.toml', Buffer.from('\ufeff[api]\n', 'utf16le'))
  const huge = write('huge.toml', Buffer.alloc(1_000_001, '#'))
  const directory = join(config, 'directory.toml')
  mkdirSync(directory)
  const loop = join(config, 'loop.toml')
  symlinkSync(loop, loop)
  const told: Record<string, string> = {
    [latin1]: 'config/latin1.toml:3: is not UTF-8 here; save it as UTF-8',
    [utf16]: 'config/utf16.toml: is UTF-16; save it as UTF-8',
    [huge]: 'config/huge.toml: has 1000001 bytes; a configuration file has at most 1000000',
    [directory]: 'config/directory.toml: is a directory, expected a file',
    [loop]: 'config/loop.toml: is a symbolic link that leads back to itself',
    '/dev/null': '/dev/null: is no plain file',
    'config/none.toml':
      'config/none.toml: there is no such file; it is named by --config or DEBUG_SERVER_CONFIG',
    [join(latin1, 'x.toml')]:
      'config/latin1.toml/x.toml: there is no such file; it is named by --config or DEBUG_SERVER_CONFIG',
    '~/x.toml': 'DEBUG_SERVER_CONFIG: the variable HOME is not set',
  }
  for (const [path, problem] of Object.entries(told))
    t.same(problems({ DEBUG_SERVER_CONFIG: path }), [problem])
  if (process.getuid?.() === 0) return
  const closed = write('closed.toml', '')
  chmodSync(closed, 0)
  t.same(problems({ DEBUG_SERVER_CONFIG: closed }), [
    'config/closed.toml: may not be read by this user: change its permissions',
  ])
})

t.test('a long value is cut, not printed whole', async t => {
  const { write, problems } = createWorkspace(t)
  write('server.local.toml', `[api]\nport = "${'x'.repeat(10_000)}"`)
  t.ok((problems()[0]?.length ?? 0) < 400)
})

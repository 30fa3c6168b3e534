// Stands for conda, mamba and micromamba: records each call as a line of JSON in FAKE_CONDA_LOG, and makes just enough
// of an environment. FAKE_CONDA_FAIL, FAKE_CONDA_HANG and FAKE_CONDA_QUIT name calls (`--version`, `env create`) that
// fail with words, never end, or end well without a result.
import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const argv = process.argv.slice(2)
const { env } = process
const call = argv[0] === 'env' ? `env ${argv[1]}` : String(argv[0])
const after = flag => argv[argv.indexOf(flag) + 1]

const variables = Object.fromEntries(
  Object.entries(env).filter(([name]) => /^(?:CONDA_|MAMBA_|REQUESTS_|SSL_|PIP_CERT|PYTHON)/.test(name)),
)
appendFileSync(env.FAKE_CONDA_LOG, `${JSON.stringify({ name: env.FAKE_CONDA_NAME, argv, variables })}\n`)

if (env.FAKE_CONDA_FAIL === call) {
  console.log('Collecting package metadata: failed')
  console.error('ResolvePackageNotFound: no-such-package')
  process.exit(1)
}
if (call === '--version') {
  if (env.FAKE_CONDA_HANG === call) await new Promise(() => setInterval(() => {}, 1000))
  console.log(env.FAKE_CONDA_NAME === 'conda' ? 'conda 24.1.2' : '1.5.8')
} else if (['env create', 'env update', 'create'].includes(call)) {
  const prefix = after('--prefix')
  const bin = join(prefix, 'bin')
  const debugpy = join(prefix, 'lib', 'python3.11', 'site-packages', 'debugpy')
  mkdirSync(bin, { recursive: true })
  console.log('Solving environment: done')
  if (env.FAKE_CONDA_HANG === call) {
    // Looks whole from outside, and is not.
    writeFileSync(join(bin, 'python'), '#!/bin/sh\n')
    appendFileSync(env.FAKE_CONDA_LOG, `${JSON.stringify({ hanging: call })}\n`)
    await new Promise(() => setInterval(() => {}, 1000))
  }
  if (env.FAKE_CONDA_QUIT === call) process.exit(0)
  mkdirSync(debugpy, { recursive: true })
  writeFileSync(join(debugpy, '__init__.py'), '')
  writeFileSync(join(bin, 'python'), `#!/bin/sh\nexec ${env.FAKE_CONDA_PYTHON} "$@"\n`)
  chmodSync(join(bin, 'python'), 0o755)
} else {
  console.error(`fake conda: ${argv.join(' ')}?`)
  process.exit(2)
}

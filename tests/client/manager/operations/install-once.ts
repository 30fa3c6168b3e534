// Installs a server, as another process does: ROOT DESCRIPTOR.
import { performOperation } from '../../../../client/manager/operations/operations.ts'

const [root = '', descriptor = ''] = process.argv.slice(2)
await performOperation(
  'install_server',
  { descriptor: JSON.parse(descriptor) },
  { root, environment: process.env, signal: new AbortController().signal, now: Date.now },
)

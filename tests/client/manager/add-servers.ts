// Adds servers to an overlay one after the other, as another process does: ROOT PREFIX COUNT.
import { changeOverlay } from '../../../client/manager/change-overlay.ts'

const [root = '', prefix = '', count = '1'] = process.argv.slice(2)
for (let at = 0; at < Number(count); at++) {
  const name = `${prefix}${at}`
  await changeOverlay(root, {
    change: before => ({
      ...before,
      servers: { ...before.servers, [name]: { command: name, args: ['x'.repeat(2_000)] } },
    }),
  })
  process.stdout.write(`${name}\n`)
}

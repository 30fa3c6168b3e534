import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { startRig } from './rig.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/proxy.md'), 'utf8')

t.test('the commands of the page do what it says', async t => {
  const { proxy } = await startRig(t, (request, response) =>
    response.end(JSON.stringify({ service: 'behind', asked: request.url })),
  )
  const [, block = ''] = /```sh\n(.*?)```/s.exec(page) ?? []
  const commands = block.trim().split('\n')
  t.equal(commands.length, 2)
  const answers = await Promise.all(
    commands.map(async command => {
      const here = command.replace('http://127.0.0.1:9090', proxy.url)
      t.not(here, command, 'it asks the port that is the default')
      return JSON.parse((await promisify(execFile)('sh', ['-c', here])).stdout)
    }),
  )
  t.match(answers, [{ service: 'proxy' }, { service: 'behind', asked: '/api/healthz' }])
})

import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { prepareEnvironment } from '../../../tasks/bootstrap/environment/prepare-environment.ts'
import { makeBench, requestOfHost } from './environment-rig.ts'

/** Prepares the environment of the clone that is named, in a process of its own that can be killed. */
const [root = ''] = process.argv.slice(2)
await using scope = new ProcessScope()
await prepareEnvironment(requestOfHost(root, process.env), makeBench(root, process.env, scope, []))

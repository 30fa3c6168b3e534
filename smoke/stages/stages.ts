import { join } from 'node:path'
import { z } from 'zod'
import type { Stage, StageSetting } from './stage.ts'

/** The name that a server is installed under, and nothing else is. */
const target = 'smoke'
const repository = 'smoke-agent'
const said = 'the gateway has started it'

const manage = 'manage_servers'
const own = (tool: string) => `debug-server_${tool}`
const fields = { id: z.string() }
const idIn = (answer: unknown): string => z.object(fields).parse(answer).id

/** What an agent has to be able to do with a server that has just been started: look, install, remove, debug. */
export const stagesFor = ({ clone, client, node }: StageSetting): readonly Stage[] => [
  {
    name: 'look',
    describe: 'Have an agent list its tools, and the servers that can be installed',
    prompt: `Call ${manage} with operation list_discovered_servers, and then ${own('repository_list')}. Use no shell.`,
    calls: [
      {
        tool: manage,
        arguments: { operation: 'list_discovered_servers' },
        accepts: { operation: 'list_discovered_servers' },
        answer: { status: 'ok', details: { installed: [] }, errors: [] },
      },
      {
        tool: own('repository_list'),
        arguments: {},
        accepts: {},
        // The session that says the nonce has had one registered, and so has this agent where the workspace is used again.
        answer: { result: [{ name: /^smoke-(?:client|agent)$/ }] },
      },
    ],
    forbidden: [
      { tool: manage, arguments: { operation: /^(?:install|remove)_server$/ }, why: 'it was only to look' },
    ],
    leaves: { present: [manage, own('run_to_failure')], absent: [] },
    closing: () => 'Both have answered.',
    says: /\w/,
  },
  {
    name: 'install',
    describe: 'Have an agent install an MCP server',
    prompt: `Install an MCP server with ${manage}, operation install_server: target_name ${target}, force, descriptor with name ${target}, command ${node} and the one argument ${join(clone, 'tests/agents/tiny-mcp-server.ts')}. Then look with list_discovered_servers that it is installed. Use no shell.`,
    calls: [
      {
        tool: manage,
        arguments: {
          operation: 'install_server',
          params: {
            target_name: target,
            descriptor: {
              name: target,
              command: node,
              args: [join(clone, 'tests/agents/tiny-mcp-server.ts')],
            },
          },
        },
        accepts: {
          operation: 'install_server',
          params: { target_name: target, descriptor: { command: node } },
        },
        answer: { status: 'ok', details: { target, dry_run: false }, errors: [] },
      },
      {
        tool: manage,
        arguments: { operation: 'list_discovered_servers' },
        accepts: { operation: 'list_discovered_servers' },
        answer: { status: 'ok', details: { installed: [target] } },
      },
    ],
    forbidden: [{ tool: manage, arguments: { operation: 'remove_server' }, why: 'it was to be installed' }],
    leaves: { present: [`${target}_echo`], absent: [] },
    closing: () => 'It is installed.',
    says: /installed/,
  },
  // By another agent: one asks for the tools when it begins, and not every one asks again.
  {
    name: 'use',
    describe: 'Have an agent call the tool of that server',
    prompt: `Call the tool ${target}_echo with the text "${said}", and tell what it says. Use no shell.`,
    calls: [{ tool: `${target}_echo`, arguments: { text: said }, accepts: { text: said }, answer: said }],
    forbidden: [{ tool: manage, arguments: {}, why: 'it was only to be used' }],
    leaves: { present: [`${target}_echo`], absent: [] },
    closing: ([echoed]) => `It says: ${echoed}`,
    says: new RegExp(said),
  },
  {
    name: 'remove',
    describe: 'Have an agent remove that server, whose tool is gone then',
    prompt: `Remove the MCP server ${target} with ${manage}, operation remove_server, and look with list_discovered_servers that it is gone. Use no shell.`,
    calls: [
      {
        tool: manage,
        arguments: { operation: 'remove_server', params: { name: target } },
        accepts: { operation: 'remove_server', params: { name: target } },
        answer: { status: 'ok', details: { target, dry_run: false }, errors: [] },
      },
      {
        tool: manage,
        arguments: { operation: 'list_discovered_servers' },
        accepts: { operation: 'list_discovered_servers' },
        answer: { status: 'ok', details: { installed: [] } },
      },
    ],
    forbidden: [{ tool: manage, arguments: { operation: 'install_server' }, why: 'it was to be removed' }],
    leaves: { present: [manage], absent: [`${target}_echo`] },
    closing: () => 'It is gone.',
    says: /gone|removed|no longer|not there/i,
  },
  {
    name: 'debug',
    describe: 'Have an agent find the faulty line behind a test that fails',
    prompt: `The test test_average of the repository ${client} fails. Register it (${own('repository_init')}, name ${repository}), make a session of it (${own('session_create')}), find out with ${own('run_to_failure')} (module unittest, arguments test_average) where it fails, delete the session (${own('session_delete')}), and name the faulty line as FILE:LINE. Use no shell.`,
    calls: [
      {
        tool: own('repository_init'),
        arguments: { url: client, name: repository, wait: 30 },
        accepts: { url: client, name: repository },
        answer: { name: repository },
      },
      {
        tool: own('session_create'),
        arguments: { repository, wait: 30 },
        accepts: { repository },
        answer: { repository, id: /^ses_/ },
      },
      {
        tool: own('run_to_failure'),
        arguments: ([, session]) => ({
          session: idIn(session),
          module: 'unittest',
          arguments: ['test_average'],
        }),
        accepts: { module: 'unittest' },
        answer: {
          outcome: 'exception',
          exception: { type: 'ZeroDivisionError' },
          frames: [{ file: 'average.py', line: 2 }],
        },
      },
      {
        tool: own('session_delete'),
        arguments: ([, session]) => ({ session: idIn(session) }),
        accepts: {},
        answer: {},
      },
    ],
    forbidden: [],
    leaves: { present: [], absent: [] },
    closing: ([, , failure]) => `It fails at ${placeIn(failure)}.`,
    says: /average\.py:2\b/,
  },
]

/** A scripted agent has to go by what the tool says, as any other. */
function placeIn(failure: unknown): string {
  const schema = z.object({ frames: z.array(z.object({ file: z.string(), line: z.int() })) })
  const [frame] = schema.parse(failure).frames
  return `${frame?.file}:${frame?.line}`
}

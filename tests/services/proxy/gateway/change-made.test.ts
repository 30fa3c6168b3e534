import t from 'tap'
import { changeAsked } from '../../../../services/proxy/gateway/change-made.ts'

t.test('what may have been changed by a call whose answer nobody heard', t => {
  for (const [given, expected] of [
    [{ operation: ' Install_Server', params: { name: 'x' } }, 'mcp_servers.install_server'],
    [{ operation: 'remove_server', name: 'x' }, 'mcp_servers.remove_server'],
    [{ operation: 'list_discovered_servers' }, undefined],
    [{ operation: 'something\nelse' }, undefined],
    [{ operation: 'run_reconciler', params: { dry_run: true } }, undefined],
    [{ operation: 'run_reconciler', dry_run: true }, undefined],
    [{ operation: 'run_reconciler', params: null, dry_run: true }, undefined],
    [
      { operation: 'run_reconciler', dry_run: true, params: { dry_run: false } },
      'mcp_servers.run_reconciler',
    ],
    [
      { operation: 'run_reconciler', dry_run: true, params: '{"dry_run":false}' },
      'mcp_servers.run_reconciler',
    ],
    [{ params: {} }, undefined],
  ] as const)
    t.equal(changeAsked({ name: 'manage_servers', arguments: given }), expected, JSON.stringify(given))
  t.end()
})

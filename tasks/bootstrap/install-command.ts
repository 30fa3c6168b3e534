/** What to type to install programs, with the package manager that the host has. Pure. */

type Manager = { readonly program: string; readonly install: string; readonly names: Record<string, string> }

/** In the order in which they are looked for; `names` are those that differ from the program's own. */
const managers: readonly Manager[] = [
  {
    program: 'apt-get',
    install: 'apt-get install',
    names: {
      node: 'nodejs',
      python: 'python-is-python3',
      pip3: 'python3-pip',
      dlv: 'delve',
      'lldb-dap': 'lldb',
      docker: 'docker.io',
    },
  },
  {
    program: 'brew',
    install: 'brew install',
    names: { python3: 'python', pip3: 'python', dlv: 'delve', 'lldb-dap': 'llvm', npm: 'node' },
  },
  {
    program: 'conda',
    install: 'conda install -c conda-forge',
    names: {
      node: 'nodejs',
      npm: 'nodejs',
      python3: 'python',
      pip3: 'pip',
      dlv: 'delve',
      'lldb-dap': 'lldb',
    },
  },
]

/** Undefined where the host has none of the package managers. `has` tells whether a program is on PATH. */
export function installCommand(
  programs: readonly string[],
  has: (program: string) => boolean,
): string | undefined {
  const manager = managers.find(({ program }) => has(program))
  if (manager === undefined) return undefined
  const packages = new Set(programs.map(program => manager.names[program] ?? program))
  return `${manager.install} ${[...packages].join(' ')}`
}

/** What gdb says to one command, line by line; `%` stands for the command's number. */
export type Said = readonly string[]

const frame = 'frame={level="0",addr="0x401136",func="main",file="app.c",fullname="/app.c",line="3"}'
const bkpt = (number: number, times: number) =>
  `bkpt={number="${number}",type="breakpoint",enabled="y",addr="0x401136",func="main",fullname="/app.c",line="3",times="${times}"}`

/** A gdb whose program stops at its breakpoint as often as it is sent on. */
export class ModelGdb {
  #breakpoints = 0
  #stops = 0

  take(command: string): Said {
    const [name = ''] = command.split(' ', 1)
    switch (name) {
      case '-break-insert':
        return [`%^done,${bkpt(++this.#breakpoints, 0)}`]
      case '-exec-run':
        return [
          '=thread-group-started,id="i1",pid="999999999"',
          '=thread-created,id="1",group-id="i1"',
          ...this.#goesOn(),
        ]
      case '-exec-continue':
      case '-exec-next':
      case '-exec-step':
      case '-exec-finish':
      case '-interpreter-exec':
        return name === '-interpreter-exec' ? ['%^done'] : this.#goesOn()
      case '-thread-info':
        return [
          '%^done,threads=[{id="1",target-id="Thread 1",name="app",state="stopped"}],current-thread-id="1"',
        ]
      case '-stack-list-frames':
        return [`%^done,stack=[${frame}]`]
      case '-stack-info-depth':
        return ['%^done,depth="1"']
      case '-stack-list-variables':
        return ['%^done,variables=[{name="total",type="int",value="1"},{name="list",type="int [3]"}]']
      case '-var-create':
        return ['%^done,name="var1",numchild="3",value="[3]",type="int [3]",has_more="0"']
      case '-var-list-children':
        return [
          '%^done,numchild="1",children=[child={name="var1.0",exp="0",numchild="0",value="1",type="int"}]',
        ]
      case '-data-evaluate-expression':
        return ['%^done,value="1"']
      case '-data-read-memory-bytes':
        return ['%^done,memory=[{begin="0x10",offset="0x0",end="0x12",contents="6869"}]']
      case '-data-disassemble':
        return ['%^done,asm_insns=[{address="0x401136",func-name="main",offset="0",inst="ret"}]']
      case '-file-list-shared-libraries':
        return ['%^done,shared-libraries=[]']
      default:
        return ['%^done']
    }
  }

  #goesOn(): Said {
    this.#stops += 1
    return [
      '%^running',
      '*running,thread-id="all"',
      '(gdb) ',
      `=breakpoint-modified,${bkpt(1, this.#stops)}`,
      `*stopped,reason="breakpoint-hit",disp="keep",bkptno="1",${frame},thread-id="1",stopped-threads="all"`,
    ]
  }
}

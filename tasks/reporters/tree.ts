import { DefaultRenderer, Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { EngineEvent } from '../engine/events.ts'
import { failureLines, failurePieces } from './failure.ts'
import type { Reporter, ReporterOptions } from './reporter.ts'
import { RunRecord } from './run-record.ts'
import { summaryLine } from './summary.ts'
import { finalRows, treeLines } from './tree-lines.ts'
import { writePieces } from './whole-log.ts'

const turning = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const cursor = { show: '\x1b[?25h', hide: '\x1b[?25l' }

interface TreeOptions extends ReporterOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly now: () => number
  /** Aborted where nobody waits for the rest of a long log any more. */
  readonly signal?: AbortSignal | undefined
}

/**
 * A tree that is drawn anew ten times a second, by Listr2: it keeps the frame in place, at the terminal's width and
 * height, and holds back what others write to the terminal meanwhile. What tasks print goes above it.
 */
export class TreeReporter implements Reporter {
  readonly #options: TreeOptions
  readonly #record = new RunRecord()
  readonly #over = Promise.withResolvers<void>()
  readonly #output: ProcessOutput
  readonly #drawn: Promise<unknown>
  #renderer: DefaultRenderer | undefined
  /** While it is set no frame is shown; the terminal belongs to somebody else. */
  #blank = false
  #frame = 0
  /** The beginning of a printed line whose end has not come yet. */
  #partialLine = ''

  constructor(options: TreeOptions) {
    this.#options = options
    const { stdout, stderr } = options
    // What Listr2 calls stdout is where it draws. Of the other stream it holds back what others write, which is needed
    // only where that is the terminal, too.
    const canvas = this.#canvas(stderr)
    this.#output = new ProcessOutput(canvas, stdout.isTTY ? stdout : canvas)
    this.#drawn = this.#draw()
  }

  report(event: EngineEvent): void {
    this.#record.take(event)
    if (event.type === 'task-print') this.#print(event.text)
    if (event.type === 'task-took-terminal') this.#lend(true)
    if (event.type === 'task-released-terminal') this.#lend(false)
  }

  async close(): Promise<void> {
    const { stdout, stderr, style, commandFor, logFileOf, wholeLogOf, signal } = this.#options
    this.#lend(false)
    this.#over.resolve()
    await this.#drawn
    stdout.write(this.#partialLine)
    for (const [name, view] of this.#record.tasks) {
      if (view.kind !== 'failed') continue
      const failure = { name, ...view, command: commandFor(name), logFile: logFileOf(name) }
      const whole = view.isLogCut ? wholeLogOf?.(name) : undefined
      if (whole === undefined) stderr.write(`${failureLines(failure, style).join('\n')}\n`)
      else await writePieces(failurePieces(failure, whole, style), slowly(stderr), signal)
    }
    for (const trouble of this.#record.troubles) stderr.write(`${style.yellow(`warning: ${trouble}`)}\n`)
    const { finished } = this.#record
    if (finished === undefined) return
    const line = summaryLine(finished.outcome, this.#record.counts(), finished.durationMs, style)
    stderr.write(`${finished.outcome === 'failed' ? '\n' : ''}${line}\n`)
  }

  /** The terminal as Listr2 sees it. One without rows is how log-update is told to wipe its frame and forget it. */
  #canvas(stream: NodeJS.WriteStream): NodeJS.WriteStream {
    return new Proxy(stream, {
      get: (target, key) => {
        if (key === 'rows') return this.#blank ? 0 : target.rows || 24
        // A terminal that does not know its size says 0.
        if (key === 'columns') return target.columns || 80
        const value = Reflect.get(target, key, target)
        return key === 'write' ? value.bind(target) : value
      },
    })
  }

  #draw(): Promise<unknown> {
    const frame = (fit: (line: string) => string[]) => this.#lines().flatMap(fit).join('\n')
    const drawing = (renderer: DefaultRenderer) => {
      this.#renderer = renderer
    }
    class TreeRenderer extends DefaultRenderer {
      // Listr2 looks at the process's stdout, which may be a file, and would then write lines of its own to it.
      static override nonTTY = true

      override async render() {
        await super.render()
        drawing(this)
        this.update()
      }

      override create() {
        return frame(line => this.format(line, '', 0))
      }
    }
    return new Listr([{ title: 'run', task: () => this.#over.promise }], {
      renderer: TreeRenderer,
      fallbackRendererCondition: () => false,
      registerSignalListeners: false,
      rendererOptions: { formatOutput: 'truncate', logger: new ListrLogger({ processOutput: this.#output }) },
    }).run()
  }

  #lines(): string[] {
    const { stderr, style, now } = this.#options
    const spinner = turning[this.#frame++ % turning.length] ?? ''
    const rows = this.#record.finished === undefined ? Math.max(3, (stderr.rows || 24) - 2) : finalRows
    return treeLines(this.#record, { now: now(), rows, spinner, style })
  }

  #print(text: string): void {
    const { stdout } = this.#options
    if (!stdout.isTTY) {
      stdout.write(text)
      return
    }
    const whole = this.#partialLine + text
    const end = whole.lastIndexOf('\n') + 1
    this.#partialLine = whole.slice(end)
    if (end === 0) return
    const wasBlank = this.#blank
    this.#wipe()
    this.#output.toStderr(whole.slice(0, end), false)
    this.#blank = wasBlank
    this.#renderer?.update()
  }

  /** Gives the terminal to a command, or takes it back; what the command wrote last may lack its line end. */
  #lend(taken: boolean): void {
    if (taken === this.#blank) return
    if (taken) {
      this.#wipe()
      this.#output.toStdout(cursor.show, false)
      return
    }
    this.#output.toStdout(`${cursor.hide}\n`, false)
    this.#blank = false
    this.#renderer?.update()
  }

  #wipe(): void {
    this.#blank = true
    this.#renderer?.update()
  }
}

const slowly = (stream: NodeJS.WriteStream) => ({
  write: (text: string) => stream.write(text),
  flushed: () => new Promise<void>(resolve => stream.write('', () => resolve())),
})

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

func total_of(prices []int) int {
	total := 0
	for _, price := range prices {
		total += price // mark: add
	}
	return total // mark: total
}

func basic() int {
	prices := []int{1, 2, 39}
	total := total_of(prices) // mark: call
	fmt.Println("total", total) // mark: after
	return 3
}

func down(n int) int {
	if n == 0 {
		return 0 // mark: bottom
	}
	return 1 + down(n-1)
}

func deep() int { return down(1000) - 1000 }

func next_of(n int) int {
	next := n + 1
	return next
}

func calls() int {
	n := 0
	for n < 200 {
		n = next_of(n)
	}
	return n - 200 // mark: called
}

func many() int {
	items := make([]int, 10000)
	for n := range items {
		items[n] = 2 * n
	}
	return items[1] - 2 // mark: many
}

func text() int {
	name := "žluť 🐎 中文"
	huge := strings.Repeat("x", 100000)
	délka := 7
	if name[0] == huge[0] && délka > 0 { // mark: text
		return 1
	}
	return 0
}

type thing struct{ value int }

func fails() int {
	var nowhere *thing = nil // mark: doomed
	return nowhere.value // mark: fails
}

func threads() int {
	var gate, done sync.WaitGroup
	gate.Add(3)
	done.Add(1)
	for n := 0; n < 3; n++ {
		go func() {
			gate.Done()
			done.Wait()
		}()
	}
	gate.Wait()
	time.Sleep(50 * time.Millisecond)
	met := 4 // mark: threads
	done.Done()
	return met - 4
}

func child() int {
	command := exec.Command("echo", "child")
	command.Stdout = os.Stdout
	_ = command.Run()
	fmt.Println("parent")
	return 0
}

func echo() int {
	line, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Println("read", strings.TrimSpace(line))
	return 0
}

func spin() int {
	fmt.Println("spins")
	turns := 0
	for turns >= 0 {
		turns = (turns + 1) % 1000 // mark: spin
	}
	return 0
}

func dies() int {
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
	time.Sleep(10 * time.Second)
	return 0
}

func raises() { panic("caught") }

func protected() (code int) {
	defer func() {
		if recover() != nil {
			code = 0
		}
	}()
	raises() // mark: throws
	return 1
}

func caught() int {
	code := protected()
	after := code // mark: caught
	return after
}

func handles() int {
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGUSR2)
	_ = syscall.Kill(syscall.Getpid(), syscall.SIGUSR2)
	if <-handled == syscall.SIGUSR2 {
		fmt.Println("handled 1")
	}
	return 0
}

func forks() int {
	child := exec.Command("/proc/self/exe", "sums")
	_ = child.Run()
	fmt.Println("child", child.ProcessState.ExitCode())
	return 0
}

func sums() int { return total_of([]int{5}) }

func execs() int {
	_ = syscall.Exec("/proc/self/exe", []string{"app", "basic"}, os.Environ())
	return 98
}

func daemonizes() int {
	daemon := exec.Command("sleep", "600")
	daemon.Stdout = os.Stdout
	daemon.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = daemon.Start()
	return 0
}

func closes() int {
	for fd := 0; fd < 3; fd++ {
		_ = syscall.Close(fd)
	}
	return total_of([]int{9})
}

func traces() int {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PTRACE, syscall.PTRACE_TRACEME, 0, 0)
	fmt.Println("traced 1")
	return total_of([]int{4})
}

func aborts() int { panic("aborts") }

func waits() int {
	fmt.Println("waits")
	time.Sleep(600 * time.Second)
	return 0
}

func leave() int {
	code, _ := strconv.Atoi(os.Args[2])
	return code
}

func main() {
	scenarios := map[string]func() int{
		"basic": basic, "deep": deep, "many": many, "text": text, "fails": fails,
		"threads": threads, "child": child, "echo": echo, "spin": spin, "dies": dies, "waits": waits,
		"calls": calls, "caught": caught, "handles": handles, "forks": forks, "execs": execs, "leave": leave, "sums": sums,
		"daemonizes": daemonizes, "closes": closes, "traces": traces, "aborts": aborts,
	}
	os.Exit(scenarios[os.Args[1]]())
}

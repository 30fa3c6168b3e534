package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
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
	if name[0] == huge[0] { // mark: text
		return 1
	}
	return 0
}

type thing struct{ value int }

func fails() int {
	var nowhere *thing
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

func main() {
	scenarios := map[string]func() int{
		"basic": basic, "deep": deep, "many": many, "text": text, "fails": fails,
		"threads": threads, "child": child, "echo": echo, "spin": spin, "dies": dies,
	}
	os.Exit(scenarios[os.Args[1]]())
}

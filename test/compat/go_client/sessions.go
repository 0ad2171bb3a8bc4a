package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/go-zookeeper/zk"
)

func cutConnection() {
	a, b := connect(), connectTo(direct, sessionTimeout)
	defer b.Close()
	create(a, "/c", 0)
	create(a, "/c/e", zk.FlagEphemeral)
	a.AddAuth("digest", []byte("ann:pw"))
	_, err := a.Create("/c/mine", nil, 0, zk.AuthACL(zk.PermAll))
	said("create /c/mine", err, "done")
	before := a.SessionID()
	_, _, changed, _ := a.GetW("/c")
	_, _, created, _ := a.ExistsW("/c/new")
	order("hold")
	a.await(zk.StateDisconnected)
	_, err = b.Set("/c", []byte("missed"), -1)
	said("setData /c by b", err, "done")
	create(b, "/c/new", 0)
	order("release")
	a.await(zk.StateHasSession)
	say("session of a is the same", a.SessionID() == before)
	next("getData: missed meanwhile", changed)
	next("exists: missed meanwhile", created)
	_, err = a.Set("/c/mine", []byte("still mine"), -1)
	said("setData /c/mine after the cut", err, "done")
	_, stat, err := a.Exists("/c/e")
	said("exists /c/e", err, stat)
	a.Close()
	there, _, err := b.Exists("/c/e")
	said("exists /c/e when the session ended", err, there)
}

func sessionThatExpires() {
	a, b := connectTo(endpoint, time.Second), connectTo(direct, sessionTimeout)
	defer b.Close()
	defer a.Close()
	create(a, "/expires", zk.FlagEphemeral)
	_, _, gone, err := b.ExistsW("/expires")
	said("exists /expires watched", err)
	before := a.SessionID()
	order("hold")
	next("exists: the session's time is over", gone)
	order("release")
	a.await(zk.StateExpired)
	a.await(zk.StateHasSession)
	say("session of a is another", a.SessionID() != before)
}

func locks() {
	a, b := connect(), connect()
	defer b.Close()
	first, second := zk.NewLock(a.Conn, "/lock", open), zk.NewLock(b.Conn, "/lock", open)
	said("lock acquired by a", first.Lock(), "done")
	got := make(chan error)
	go func() { got <- second.Lock() }()
	for {
		if children, _, err := a.Children("/lock"); err == nil && len(children) == 2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	select {
	case <-got:
		say("lock waited for by b", "is not exclusive")
	default:
		say("lock waited for by b", "waits")
	}
	said("lock released by a", first.Unlock(), "done")
	said("lock acquired by b", <-got, "done")
	said("lock released by b", second.Unlock(), "done")
	said("lock acquired by a", first.Lock(), "done")
	go func() { got <- second.Lock() }()
	a.Close()
	said("lock acquired by b when a's session ended", <-got, "done")
}

// Many requests of many at once: each gets its own answer.
func crowd() {
	a := connect()
	defer a.Close()
	create(a, "/crowd", 0)
	var all sync.WaitGroup
	wrong := make(chan string, 1000)
	for worker := 0; worker < 8; worker++ {
		all.Add(1)
		go func(worker int) {
			defer all.Done()
			for number := 0; number < 20; number++ {
				path := fmt.Sprintf("/crowd/%d-%d", worker, number)
				made, err := a.Create(path, []byte(path), 0, open)
				data, _, failed := a.Get(path)
				if err != nil || failed != nil || made != path || string(data) != path {
					wrong <- path
				}
			}
		}(worker)
	}
	all.Wait()
	children, stat, err := a.Children("/crowd")
	said("getChildren2 of 160 made at once", err, len(children), stat.NumChildren, stat.Cversion)
	say("create and getData of 160 at once, wrong answers", len(wrong))
}

func main() {
	scenario("nodes", nodes)
	scenario("kinds", kinds)
	scenario("transactions", transactions)
	scenario("permissions", permissions)
	scenario("watches", watches)
	scenario("a cut connection", cutConnection)
	scenario("a session that expires", sessionThatExpires)
	scenario("locks", locks)
	scenario("a crowd", crowd)
}

// Scenarios with the client for Go, and how their results are written down.
package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/go-zookeeper/zk"
)

const (
	patience       = 60 * time.Second
	sessionTimeout = 300 * time.Second
)

var (
	endpoint, orders, direct = os.Args[1], os.Args[2], os.Args[3]
	open                     = zk.WorldACL(zk.PermAll)
)

type quiet struct{}

func (quiet) Printf(string, ...interface{}) {}

func scenario(name string, run func()) {
	fmt.Println("=", name)
	run()
}

func say(words string, results ...interface{}) {
	var texts []string
	for _, result := range results {
		texts = append(texts, text(result))
	}
	fmt.Println(words, "->", strings.Join(texts, " "))
}

func text(value interface{}) string {
	switch it := value.(type) {
	case nil:
		return "null"
	case error:
		return it.Error()
	case *zk.Stat:
		if it == nil {
			return "null"
		}
		return fmt.Sprintf("{cz=zxid:%d mz=zxid:%d pz=zxid:%d ct=time:%d mt=time:%d v=%d cv=%d av=%d owner=sid:%d len=%d kids=%d}",
			it.Czxid, it.Mzxid, it.Pzxid, it.Ctime, it.Mtime, it.Version, it.Cversion, it.Aversion, it.EphemeralOwner,
			it.DataLength, it.NumChildren)
	case []byte:
		if it == nil {
			return "null"
		}
		return fmt.Sprintf("'%s'", it)
	case []string:
		sorted := append([]string{}, it...)
		sort.Strings(sorted)
		return fmt.Sprint(sorted)
	case []zk.ACL:
		var texts []string
		for _, acl := range it {
			texts = append(texts, fmt.Sprintf("%d %s:%s", acl.Perms, acl.Scheme, acl.ID))
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case zk.Event:
		return fmt.Sprintf("%v %v %s", it.Type, it.State, it.Path)
	}
	return fmt.Sprint(value)
}

// said writes down the results, or the error if there is one.
func said(words string, err error, results ...interface{}) {
	if err != nil {
		say(words, err)
	} else {
		say(words, results...)
	}
}

type client struct {
	*zk.Conn
	session <-chan zk.Event
}

func connectTo(where string, timeout time.Duration) client {
	conn, events, err := zk.Connect([]string{where}, timeout, zk.WithLogger(quiet{}), zk.WithLogInfo(false))
	if err != nil {
		panic(err)
	}
	a := client{conn, events}
	a.await(zk.StateHasSession)
	return a
}

func connect() client { return connectTo(endpoint, sessionTimeout) }

// await passes over the events of the session until it is in this state.
func (a client) await(state zk.State) {
	for {
		select {
		case event := <-a.session:
			if event.Type == zk.EventSession && event.State == state {
				return
			}
		case <-time.After(patience):
			panic(fmt.Sprint("never: ", state))
		}
	}
}

func next(words string, events <-chan zk.Event) {
	select {
	case event := <-events:
		say("event "+words, event)
	case <-time.After(patience):
		say("event "+words, "nothing came")
	}
}

// none demands that an answer has come that a server sends behind the event.
func none(words string, events <-chan zk.Event) {
	time.Sleep(100 * time.Millisecond)
	select {
	case event := <-events:
		say("event "+words, event, "unexpected")
	default:
		say("event "+words, "none")
	}
}

// order tells the tunnel what to do, and waits until it is done.
func order(word string) {
	conn, err := net.Dial("tcp", "127.0.0.1:"+orders)
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	fmt.Fprintln(conn, word)
	if answer, _ := bufio.NewReader(conn).ReadString('\n'); answer != "done\n" {
		panic("the tunnel does not obey: " + word)
	}
}

package main

import (
	"fmt"
	"time"

	"github.com/go-zookeeper/zk"
)

func create(a client, path string, flags int32) string {
	made, err := a.Create(path, []byte("x"), flags, open)
	said("create "+path, err, made)
	return made
}

func nodes() {
	a := connect()
	defer a.Close()
	create(a, "/n", 0)
	create(a, "/n", 0)
	create(a, "/n/a/b", 0)
	_, err := a.Create("/n/null", nil, 0, open)
	said("create /n/null", err)
	for _, path := range []string{"/n", "/n/null", "/none"} {
		data, stat, err := a.Get(path)
		said("getData "+path, err, data, stat)
		there, stat, err := a.Exists(path)
		said("exists "+path, err, there, stat)
		children, stat, err := a.Children(path)
		said("getChildren2 "+path, err, children, stat)
		at, err := a.Sync(path)
		said("sync "+path, err, at)
		for _, version := range []int32{-1, 0, 1} {
			stat, err := a.Set(path, []byte("new"), version)
			said(fmt.Sprint("setData ", path, " ", version), err, stat)
		}
	}
	for _, path := range []string{"/n", "/n/null", "/n/null", "/none", "/n", "/"} {
		said("delete "+path, a.Delete(path, -1), "done")
	}
}

func kinds() {
	a, b := connect(), connect()
	defer b.Close()
	say("session of a", fmt.Sprintf("sid:%d", a.SessionID()))
	create(a, "/k", 0)
	create(a, "/k/e", zk.FlagEphemeral)
	create(a, "/k/s-", zk.FlagSequence)
	create(a, "/k/es-", zk.FlagEphemeral|zk.FlagSequence)
	create(a, "/k/e/x", 0)
	made, err := a.CreateContainer("/k/c", []byte("x"), zk.FlagContainer, open)
	said("createContainer /k/c", err, made)
	made, err = a.CreateTTL("/k/t", []byte("x"), zk.FlagTTL, open, 10*time.Minute)
	said("createTTL /k/t", err, made)
	made, err = a.CreateTTL("/k/ts-", []byte("x"), zk.FlagPersistentSequentialWithTTL, open, 10*time.Minute)
	said("createTTL /k/ts-", err, made)
	_, err = a.CreateProtectedEphemeralSequential("/k/protected-", []byte("x"), open)
	said("create protected", err, "done")
	for _, path := range []string{"/k/e", "/k/c", "/k/t"} {
		_, stat, err := b.Exists(path)
		said("exists "+path, err, stat)
	}
	a.Close()
	children, stat, err := b.Children("/k")
	said("getChildren2 /k when the session ended", err, children, stat)
}

func transactions() {
	a := connect()
	defer a.Close()
	create(a, "/m", 0)
	commit := func(words string, ops ...interface{}) {
		responses, err := a.Multi(ops...)
		var results []interface{}
		for _, response := range responses {
			results = append(results, response.String, response.Stat, response.Error)
		}
		say("multi "+words, append([]interface{}{err}, results...)...)
	}
	one := &zk.CreateRequest{Path: "/m/a", Data: []byte("1"), Acl: open}
	commit("of each kind", one, &zk.SetDataRequest{Path: "/m/a", Data: []byte("2"), Version: 0},
		&zk.CheckVersionRequest{Path: "/m/a", Version: 1}, &zk.CreateRequest{Path: "/m/s-", Acl: open, Flags: zk.FlagSequence},
		&zk.DeleteRequest{Path: "/m/a", Version: 1})
	commit("that fails at once", &zk.CheckVersionRequest{Path: "/m/none", Version: 1}, one)
	commit("that fails at last", one, &zk.DeleteRequest{Path: "/m/none", Version: 1})
	children, stat, err := a.Children("/m")
	said("getChildren2 /m", err, children, stat)
}

func permissions() {
	a, b := connect(), connect()
	defer a.Close()
	defer b.Close()
	said("auth of a", a.AddAuth("digest", []byte("ann:pw")), "done")
	_, err := a.Create("/p", []byte("s"), 0, zk.AuthACL(zk.PermAll))
	said("create /p", err, "done")
	acl, stat, err := a.GetACL("/p")
	said("getACL /p by a", err, acl, stat)
	_, _, err = b.GetACL("/p")
	said("getACL /p by b", err)
	_, _, err = b.Get("/p")
	said("getData /p by b", err)
	_, err = b.SetACL("/p", open, -1)
	said("setACL /p by b", err)
	_, err = a.SetACL("/p", open, 4)
	said("setACL /p 4 by a", err)
	stat, err = a.SetACL("/p", zk.DigestACL(zk.PermRead, "bob", "pw"), 0)
	said("setACL /p 0 by a", err, stat)
	said("auth of b", b.AddAuth("digest", []byte("bob:pw")), "done")
	data, _, err := b.Get("/p")
	said("getData /p by b", err, data)
	_, err = b.Set("/p", nil, -1)
	said("setData /p by b", err)
	_, err = a.Create("/bad", nil, 0, []zk.ACL{{Perms: zk.PermAll, Scheme: "ldap", ID: "x"}})
	said("create with an unknown scheme", err)
	_, err = a.IncrementalReconfig([]string{"server.2=127.0.0.1:1:2;3"}, nil, -1)
	said("reconfig", err)
}

func watches() {
	a, b := connect(), connect()
	defer a.Close()
	defer b.Close()
	there, _, events, err := a.ExistsW("/w")
	said("exists /w watched", err, there)
	create(b, "/w", 0)
	next("exists: created", events)
	data, _, events, err := a.GetW("/w")
	said("getData /w watched", err, data)
	b.Set("/w", []byte("1"), -1)
	next("getData: changed", events)
	children, _, events, err := a.ChildrenW("/w")
	said("getChildren2 /w watched", err, children)
	create(b, "/w/x", 0)
	next("getChildren: created", events)
	_, _, events, err = a.ChildrenW("/w")
	said("getChildren2 /w watched", err)
	_, _, exists, err := a.ExistsW("/w")
	said("exists /w watched", err)
	b.Set("/w/x", []byte("1"), -1)
	a.Sync("/")
	none("getChildren: of a child's data", events)
	said("delete /w/x", b.Delete("/w/x", -1), "done")
	next("getChildren: deleted", events)
	said("delete /w", b.Delete("/w", -1), "done")
	next("exists: deleted", exists)
}

// An ext_authz server that allows everything and looks at nothing, on grpc-go: what most servers of this kind are built on.
// usage: noop HOST:PORT
package main

import (
	"context"
	"log"
	"net"
	"os"

	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
)

type noop struct {
	auth.UnimplementedAuthorizationServer
}

func (noop) Check(context.Context, *auth.CheckRequest) (*auth.CheckResponse, error) {
	return &auth.CheckResponse{Status: &status.Status{}}, nil
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	auth.RegisterAuthorizationServer(server, noop{})
	log.Fatal(server.Serve(listener))
}

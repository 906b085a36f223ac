// Asks ClickHouse as Grafana's plug-in does: clickhouse-go over HTTP, answers compressed with gzip, through database/sql.
// Reads {"host", "port", "database", "username", "queries": [{"name", "sql"}]} and prints a line of JSON for each query,
// so that its cells can be compared with those of another client.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"net"
	"os"
	"reflect"
	"strconv"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

type query struct {
	Name string `json:"name"`
	SQL  string `json:"sql"`
}

type task struct {
	Host     string  `json:"host"`
	Port     int     `json:"port"`
	Database string  `json:"database"`
	Username string  `json:"username"`
	Queries  []query `json:"queries"`
}

// Cells are numbers, texts, lists and null; times are milliseconds since 1970.
type answer struct {
	Name  string   `json:"name"`
	Types []string `json:"types,omitempty"`
	Rows  [][]any  `json:"rows,omitempty"`
	Error string   `json:"error,omitempty"`
}

func main() {
	var asked task
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fail(err)
	}
	db := clickhouse.OpenDB(&clickhouse.Options{
		Addr:        []string{net.JoinHostPort(asked.Host, strconv.Itoa(asked.Port))},
		Auth:        clickhouse.Auth{Database: asked.Database, Username: asked.Username},
		Protocol:    clickhouse.HTTP,
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionGZIP},
		DialTimeout: 10 * time.Second,
		ReadTimeout: 60 * time.Second,
	})
	defer db.Close()
	ctx := context.Background()
	if err := db.PingContext(ctx); err != nil {
		fail(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, one := range asked.Queries {
		if err := out.Encode(ask(ctx, db, one)); err != nil {
			fail(err)
		}
	}
}

func ask(ctx context.Context, db *sql.DB, asked query) answer {
	result := answer{Name: asked.Name}
	rows, err := db.QueryContext(ctx, asked.SQL)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		result.Error = err.Error()
		return result
	}
	for _, one := range types {
		result.Types = append(result.Types, one.DatabaseTypeName())
	}
	for rows.Next() {
		cells := make([]any, len(types))
		targets := make([]any, len(types))
		for index, one := range types {
			cells[index] = reflect.New(one.ScanType()).Interface()
			targets[index] = cells[index]
		}
		if err := rows.Scan(targets...); err != nil {
			result.Error = err.Error()
			return result
		}
		for index := range cells {
			cells[index] = plain(reflect.ValueOf(cells[index]).Elem())
		}
		result.Rows = append(result.Rows, cells)
	}
	if err := rows.Err(); err != nil {
		result.Error = err.Error()
	}
	return result
}

func plain(value reflect.Value) any {
	if value.Kind() == reflect.Pointer || value.Kind() == reflect.Interface {
		if value.IsNil() {
			return nil
		}
		return plain(value.Elem())
	}
	switch whole := value.Interface().(type) {
	case time.Time:
		return whole.UnixMilli()
	case big.Int:
		return whole.String()
	case float64:
		if math.IsNaN(whole) || math.IsInf(whole, 0) {
			return nil
		}
		return whole
	case fmt.Stringer:
		return whole.String()
	}
	switch value.Kind() {
	case reflect.Slice, reflect.Array:
		cells := make([]any, value.Len())
		for index := range cells {
			cells[index] = plain(value.Index(index))
		}
		return cells
	case reflect.Map:
		cells := map[string]any{}
		for _, key := range value.MapKeys() {
			cells[fmt.Sprint(plain(key))] = plain(value.MapIndex(key))
		}
		return cells
	default:
		return value.Interface()
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

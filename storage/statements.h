#pragma once

#include "storage/sqlite_store.h"

namespace quprite::storage {

/// Every statement the store runs again and again, prepared once, under the name of what it does.
struct SqliteStore::Statements {
  explicit Statements(sqlite::Database& database) : db(database) {}

  sqlite::Database& db;

  sqlite::Statement begin{db, "begin immediate"};
  sqlite::Statement commit{db, "commit"};

  // ---- meta
  sqlite::Statement get_meta{db, "select value from meta where key = ?"};
  sqlite::Statement set_meta{db, "insert or replace into meta (key, value) values (?, ?)"};

  // ---- queues
  sqlite::Statement find_queue{
      db, "select queue_id, contents_id, message_count from queue where account = ? and name = ?"};
  sqlite::Statement add_queue{db,
                              "insert into queue (account, name, contents_id, message_count, "
                              "metadata) values (?, ?, ?, 0, ?)"};
  sqlite::Statement remove_queue{db, "delete from queue where queue_id = ?"};
  sqlite::Statement list_queues{
      db, "select name, metadata from queue where account = ? and name >= ? order by name limit ?"};
  sqlite::Statement get_metadata{db, "select metadata from queue where queue_id = ?"};
  sqlite::Statement set_metadata{db, "update queue set metadata = ? where queue_id = ?"};
  sqlite::Statement set_count{db, "update queue set message_count = ? where queue_id = ?"};
  sqlite::Statement set_contents{
      db, "update queue set contents_id = ?, message_count = 0 where queue_id = ?"};
  sqlite::Statement get_reserved_until{
      db, "select reserved_until from reserved_name where account = ? and name = ?"};
  sqlite::Statement reserve_name{
      db, "insert or replace into reserved_name (account, name, reserved_until) values (?, ?, ?)"};
  sqlite::Statement free_name{db, "delete from reserved_name where account = ? and name = ?"};
  sqlite::Statement get_policies{db,
                                 "select id, starts_at, expires_at, permissions from access_policy "
                                 "where queue_id = ? order by position"};
  sqlite::Statement add_policy{
      db,
      "insert into access_policy (queue_id, position, id, starts_at, expires_at, permissions)"
      " values (?, ?, ?, ?, ?, ?)"};
  sqlite::Statement remove_policies{db, "delete from access_policy where queue_id = ?"};
  sqlite::Statement get_properties{db,
                                   "select properties from service_properties where account = ?"};
  sqlite::Statement set_properties{
      db, "insert or replace into service_properties (account, properties) values (?, ?)"};
  sqlite::Statement abandon_contents{db, "insert into dead_contents (contents_id) values (?)"};

  // ---- messages
  sqlite::Statement add_message{db,
                                "insert into message (sequence, contents_id, inserted_at, "
                                "expires_at, text) values (?, ?, ?, ?, ?)"};
  sqlite::Statement add_place{
      db,
      "insert into visibility (contents_id, next_visible_at, sequence, expires_at,"
      " dequeue_count, change) values (?, ?, ?, ?, 0, 0)"};
  // Of what has expired by ?3 only the place is looked up.
  sqlite::Statement scan{
      db,
      "select v.next_visible_at, v.sequence, v.expires_at, v.dequeue_count, v.change,"
      " m.inserted_at, m.text from visibility v left join message m"
      " on m.sequence = case when v.expires_at > ?3 then v.sequence end"
      " where v.contents_id = ?1 and v.next_visible_at >= ?2 and v.next_visible_at <= ?3"
      " order by v.next_visible_at, v.sequence"};
  // To take a row away and put it back elsewhere: an update searches the table four times for that,
  // the two of them twice.
  sqlite::Statement add_moved_place{
      db,
      "insert into visibility (contents_id, next_visible_at, sequence, expires_at,"
      " dequeue_count, change) values (?, ?, ?, ?, ?, ?)"};
  sqlite::Statement remove_place{
      db, "delete from visibility where contents_id = ? and next_visible_at = ? and sequence = ?"};
  sqlite::Statement move_claimed_place{
      db,
      "update visibility set next_visible_at = ?, change = change + 1"
      " where contents_id = ? and next_visible_at = ? and sequence = ?"
      " and change = ? and expires_at > ?"};
  sqlite::Statement remove_claimed_place{
      db,
      "delete from visibility where contents_id = ? and next_visible_at = ? and sequence = ?"
      " and change = ? and expires_at > ?"};
  sqlite::Statement set_text{db, "update message set text = ? where sequence = ?"};
  sqlite::Statement remove_message{db, "delete from message where sequence = ?"};
  sqlite::Statement find_message{db,
                                 "select contents_id, expires_at from message where sequence = ?"};
  sqlite::Statement count_expired{
      db, "select count(*) from message where expires_at <= ? and contents_id = ?"};

  // ---- housekeeping
  sqlite::Statement expired_messages{db,
                                     "select sequence, contents_id, inserted_at, length(text) from "
                                     "message where expires_at <= ? order by expires_at limit ?"};
  sqlite::Statement lower_count{
      db, "update queue set message_count = message_count - 1 where contents_id = ?"};
  sqlite::Statement dead_contents{db, "select contents_id from dead_contents limit 1"};
  sqlite::Statement places_of{db,
                              "select v.next_visible_at, v.sequence, ifnull(length(m.text), 0)"
                              " from visibility v left join message m on m.sequence = v.sequence "
                              "where v.contents_id = ? limit ?"};
  sqlite::Statement forget_contents{db, "delete from dead_contents where contents_id = ?"};
  sqlite::Statement free_names{
      db, "select exists (select 1 from reserved_name where reserved_until <= ?)"};
  sqlite::Statement forget_names{db,
                                 "delete from reserved_name where (account, name) in"
                                 " (select account, name from reserved_name where reserved_until "
                                 "<= ? order by reserved_until limit ?)"};
  sqlite::Statement places_after{
      db,
      "select contents_id, next_visible_at, sequence, expires_at from visibility"
      " where (contents_id, next_visible_at, sequence) > (?, ?, ?)"
      " order by contents_id, next_visible_at, sequence limit ?"};
};

}  // namespace quprite::storage

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
  sqlite::Statement add_batch{
      db,
      "insert into batch (batch_id, contents_id, inserted_at, expires_at, count, texts)"
      " values (?, ?, ?, ?, ?, ?)"};
  sqlite::Statement find_batch{
      db,
      "select b.contents_id, b.expires_at, b.count, r.living, r.rewritten"
      " from batch b left join remains r on r.batch_id = b.batch_id where b.batch_id = ?"};
  sqlite::Statement find_texts{
      db,
      "select b.inserted_at, b.count, ifnull(r.rewritten, 0), b.texts"
      " from batch b left join remains r on r.batch_id = b.batch_id where b.batch_id = ?"};
  sqlite::Statement set_texts{db, "update batch set texts = ? where batch_id = ?"};
  sqlite::Statement remove_batch{db, "delete from batch where batch_id = ?"};
  sqlite::Statement set_remains{
      db, "insert or replace into remains (batch_id, living, rewritten) values (?, ?, ?)"};
  sqlite::Statement forget_remains{db, "delete from remains where batch_id = ?"};
  sqlite::Statement get_own_text{db, "select text from own_text where sequence = ?"};
  sqlite::Statement set_own_text{db,
                                 "insert or replace into own_text (sequence, text) values (?, ?)"};
  sqlite::Statement forget_own_text{db, "delete from own_text where sequence = ?"};
  sqlite::Statement forget_own_texts{db, "delete from own_text where sequence between ? and ?"};

  sqlite::Statement scan{
      db,
      "select next_visible_at, batch_id, change, dequeue_count, expires_at, members"
      " from visibility where contents_id = ? and next_visible_at >= ? and next_visible_at <= ?"
      " order by next_visible_at, batch_id, change, dequeue_count"};
  sqlite::Statement find_rows{
      db,
      "select dequeue_count, expires_at, members from visibility where contents_id = ?"
      " and next_visible_at = ? and batch_id = ? and change = ?"};
  sqlite::Statement add_row{db,
                            "insert into visibility (contents_id, next_visible_at, batch_id, "
                            "change, dequeue_count, expires_at, members)"
                            " values (?, ?, ?, ?, ?, ?, ?)"};
  sqlite::Statement add_to_row{
      db,
      "insert into visibility (contents_id, next_visible_at, batch_id, change, dequeue_count,"
      " expires_at, members) values (?, ?, ?, ?, ?, ?, ?)"
      " on conflict do update set members = members | excluded.members"};
  sqlite::Statement set_row{db,
                            "update visibility set members = ?6 where contents_id = ?1 and "
                            "next_visible_at = ?2 and batch_id = ?3"
                            " and change = ?4 and dequeue_count = ?5"};
  sqlite::Statement take_from_row{
      db,
      "update visibility set members = members & ~?6 where contents_id = ?1 and next_visible_at = "
      "?2 and batch_id = ?3 and change = ?4 and dequeue_count = ?5"};
  sqlite::Statement remove_row{
      db,
      "delete from visibility where contents_id = ? and next_visible_at = ? and batch_id = ?"
      " and change = ? and dequeue_count = ?"};
  sqlite::Statement remove_row_of{
      db,
      "delete from visibility where contents_id = ? and next_visible_at = ? and batch_id = ?"
      " and change = ? and dequeue_count = ? and members = ?"};
  sqlite::Statement count_expired{
      db,
      "select b.count, r.living from batch b left join remains r on r.batch_id = b.batch_id"
      " where b.expires_at <= ? and b.contents_id = ?"};

  // ---- housekeeping
  sqlite::Statement expired_batches{
      db,
      "select b.batch_id, b.contents_id, b.inserted_at, length(b.texts), b.count, r.living"
      " from batch b left join remains r on r.batch_id = b.batch_id"
      " where b.expires_at <= ? order by b.expires_at limit ?"};
  sqlite::Statement lower_count{
      db, "update queue set message_count = message_count - ? where contents_id = ?"};
  sqlite::Statement untouched_row{
      db,
      "delete from visibility where contents_id = ? and next_visible_at = ? and batch_id = ?"
      " and change = 0 and dequeue_count = 0 returning members"};
  sqlite::Statement dead_contents{db, "select contents_id from dead_contents limit 1"};
  sqlite::Statement rows_of{
      db,
      "select v.next_visible_at, v.batch_id, v.change, v.dequeue_count, ifnull(length(b.texts), 0)"
      " from visibility v left join batch b on b.batch_id = v.batch_id"
      " where v.contents_id = ? limit ?"};
  sqlite::Statement forget_contents{db, "delete from dead_contents where contents_id = ?"};
  sqlite::Statement free_names{
      db, "select exists (select 1 from reserved_name where reserved_until <= ?)"};
  sqlite::Statement forget_names{db,
                                 "delete from reserved_name where (account, name) in"
                                 " (select account, name from reserved_name where reserved_until "
                                 "<= ? order by reserved_until limit ?)"};
  sqlite::Statement rows_after{
      db,
      "select contents_id, next_visible_at, batch_id, change, dequeue_count, expires_at"
      " from visibility where (contents_id, next_visible_at, batch_id, change, dequeue_count)"
      " > (?, ?, ?, ?, ?)"
      " order by contents_id, next_visible_at, batch_id, change, dequeue_count limit ?"};
};

}  // namespace quprite::storage

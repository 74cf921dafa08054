#include "storage/queue_cache.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace quprite::storage {
namespace {

constexpr std::size_t most_queues = 4'096;

std::size_t hash_of(std::string_view account, std::string_view name) {
  const std::hash<std::string_view> hash;
  return hash(account) * 31U + hash(name);
}

}  // namespace

std::size_t QueueCache::Hash::operator()(QueueRef queue) const {
  return hash_of(queue.account, queue.queue);
}

std::size_t QueueCache::Hash::operator()(const std::string& key) const {
  const std::string_view text = key;
  const std::size_t slash = text.find('/');
  return hash_of(text.substr(0, slash), text.substr(slash + 1));
}

bool QueueCache::Equal::operator()(QueueRef a, const std::string& b) const {
  return b.size() == a.account.size() + 1 + a.queue.size() && b.starts_with(a.account) &&
         b[a.account.size()] == '/' && b.ends_with(a.queue);
}

CachedQueue* QueueCache::find(QueueRef queue) {
  const auto found = queues_.find(queue);
  return found == queues_.end() ? nullptr : &found->second;
}

CachedQueue& QueueCache::insert(QueueRef queue, CachedQueue cached) {
  if (queues_.size() >= most_queues && touched_.empty()) clear();
  std::string key(queue.account);
  key += '/';
  key += queue.queue;
  return queues_.insert_or_assign(std::move(key), std::move(cached)).first->second;
}

void QueueCache::erase(QueueRef queue) {
  const auto found = queues_.find(queue);
  if (found == queues_.end()) return;
  std::erase(touched_, &found->second);
  queues_.erase(found);
}

void QueueCache::clear() {
  touched_.clear();
  queues_.clear();
}

void QueueCache::clear_fronts() {
  for (auto& [name, queue] : queues_) queue.front.clear();
}

void QueueCache::touch(CachedQueue& queue) {
  if (queue.touched) return;
  queue.touched = true;
  touched_.push_back(&queue);
}

std::vector<CachedQueue*> QueueCache::take_touched() {
  for (CachedQueue* queue : touched_) queue->touched = false;
  return std::exchange(touched_, {});
}

}  // namespace quprite::storage

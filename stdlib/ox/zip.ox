(ns ox.zip
  "Walking and changing trees from a place in them; `clojure.zip` is another name of this namespace.

  A place, *loc*, is a vector of a node and its path: nil at the root, else a map of the nodes to the left (`:l`) and right
  (`:r`), the nodes above (`:pnodes`), and the path above (`:ppath`). What a node's children are, three functions in the
  metadata of the loc say. `changed?` in a path is set once the node above has to be made anew."
  (:refer-clojure :exclude [next remove replace]))

(defn zipper
  "Returns the loc of the root of a tree: `(branch? node)` says whether a node can have children, `(children node)` is their
  sequence, `(make-node node children)` returns the node with other children."
  [branch? children make-node root]
  (with-meta [root nil] {:zip/branch? branch? :zip/children children :zip/make-node make-node}))

(defn seq-zip "Returns the loc of the root of nested sequences." [root]
  (zipper seq? identity (fn [node children] (with-meta children (meta node))) root))

(defn vector-zip "Returns the loc of the root of nested vectors." [root]
  (zipper vector? seq (fn [node children] (with-meta (vec children) (meta node))) root))

(defn xml-zip "Returns the loc of the root of an XML element: a map with `:tag`, `:attrs` and `:content`." [root]
  (zipper (complement string?)
          (comp seq :content)
          (fn [node children] (assoc node :content (and children (apply vector children))))
          root))

(defn node "Returns the node of a loc." [loc] (loc 0))

(defn branch? "Returns true if the node of the loc can have children." [loc]
  ((:zip/branch? (meta loc)) (node loc)))

(defn children "Returns the sequence of the children of the node of the loc, which must be a branch." [loc]
  (if (branch? loc)
    ((:zip/children (meta loc)) (node loc))
    (throw (Exception. "called children on a leaf node"))))

(defn make-node "Returns a node like `node` with the children, as the zipper of the loc makes it." [loc node children]
  ((:zip/make-node (meta loc)) node children))

(defn path "Returns the vector of the nodes above the loc, from the root on; nil at the root." [loc]
  (:pnodes (loc 1)))

(defn lefts "Returns the sequence of the nodes to the left of the loc, nil if there are none." [loc]
  (seq (:l (loc 1))))

(defn rights "Returns the sequence of the nodes to the right of the loc, nil if there are none." [loc]
  (:r (loc 1)))

(defn- at "The loc of a node with a path, in the tree of `loc`." [loc node path]
  (with-meta [node path] (meta loc)))

(defn down "Returns the loc of the leftmost child, nil if there is none." [loc]
  (when (branch? loc)
    (let [[node path] loc
          [child & more :as all] (children loc)]
      (when all
        (at loc child {:l []
                       :pnodes (if path (conj (:pnodes path) node) [node])
                       :ppath path
                       :r more})))))

(defn up "Returns the loc of the node above, made anew if something in it was changed; nil at the root." [loc]
  (let [[node {:keys [l ppath pnodes r changed?]}] loc]
    (when pnodes
      (let [above (peek pnodes)]
        (if changed?
          (at loc
              (make-node loc above (concat l (cons node r)))
              (and ppath (assoc ppath :changed? true)))
          (at loc above ppath))))))

(defn root "Returns the root node, with all changes." [loc]
  (if (= :end (loc 1))
    (node loc)
    (let [above (up loc)]
      (if above
        (recur above)
        (node loc)))))

(defn right "Returns the loc of the node to the right, nil if there is none." [loc]
  (let [[node {l :l [r & more :as right] :r :as path}] loc]
    (when (and path right)
      (at loc r (assoc path :l (conj l node) :r more)))))

(defn rightmost "Returns the loc of the rightmost node beside this one, or this loc." [loc]
  (let [[node {:keys [l r] :as path}] loc]
    (if (and path r)
      (at loc (last r) (assoc path :l (apply conj l node (butlast r)) :r nil))
      loc)))

(defn left "Returns the loc of the node to the left, nil if there is none." [loc]
  (let [[node {:keys [l r] :as path}] loc]
    (when (and path (seq l))
      (at loc (peek l) (assoc path :l (pop l) :r (cons node r))))))

(defn leftmost "Returns the loc of the leftmost node beside this one, or this loc." [loc]
  (let [[node {:keys [l r] :as path}] loc]
    (if (and path (seq l))
      (at loc (first l) (assoc path :l [] :r (concat (rest l) [node] r)))
      loc)))

(defn- changed [path] (assoc path :changed? true))

(defn insert-left "Inserts a node to the left of the loc, without moving." [loc item]
  (let [[node {:keys [l] :as path}] loc]
    (if (nil? path)
      (throw (Exception. "Insert at top"))
      (at loc node (changed (assoc path :l (conj l item)))))))

(defn insert-right "Inserts a node to the right of the loc, without moving." [loc item]
  (let [[node {:keys [r] :as path}] loc]
    (if (nil? path)
      (throw (Exception. "Insert at top"))
      (at loc node (changed (assoc path :r (cons item r)))))))

(defn replace "Replaces the node of the loc, without moving." [loc node]
  (let [[_ path] loc]
    (at loc node (changed path))))

(defn edit "Replaces the node of the loc by `(f node args …)`." [loc f & args]
  (replace loc (apply f (node loc) args)))

(defn insert-child "Inserts a node as the leftmost child of the loc's node, without moving." [loc item]
  (replace loc (make-node loc (node loc) (cons item (children loc)))))

(defn append-child "Inserts a node as the rightmost child of the loc's node, without moving." [loc item]
  (replace loc (make-node loc (node loc) (concat (children loc) [item]))))

(defn end? "Returns true if `next` has come to the end." [loc]
  (= :end (loc 1)))

(defn- next-above
  "The loc right of the nearest node above that has one; the end if none has."
  [loc]
  (let [above (up loc)]
    (if above
      (or (right above) (recur above))
      [(node loc) :end])))

(defn next
  "Returns the next loc of the tree, each node before its children; after the last one a loc that is `end?`, and stays there."
  [loc]
  (if (end? loc)
    loc
    (or (and (branch? loc) (down loc))
        (right loc)
        (next-above loc))))

(defn- last-below "The loc of the last node of the tree below and at `loc`." [loc]
  (let [child (and (branch? loc) (down loc))]
    (if child
      (recur (rightmost child))
      loc)))

(defn prev "Returns the loc before this one in the order of `next`; nil at the root." [loc]
  (let [before (left loc)]
    (if before
      (last-below before)
      (up loc))))

(defn remove "Removes the node of the loc; returns the loc that was before it in the order of `next`." [loc]
  (let [[_ {:keys [l ppath pnodes r] :as path}] loc]
    (if (nil? path)
      (throw (Exception. "Remove at top"))
      (if (pos? (count l))
        (last-below (at loc (peek l) (changed (assoc path :l (pop l)))))
        (at loc
            (make-node loc (peek pnodes) r)
            (and ppath (changed ppath)))))))
